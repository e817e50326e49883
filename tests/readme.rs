//! The test that the README shows, run; and a guard that it shows this one.

mod my_app {
    /// The program under test registers its webhook when it starts.
    pub(super) async fn register_webhook(api: &str, key: &str) -> String {
        let request = reqwest::Client::new().post(format!("{api}/v1/webhooks/endpoints")).bearer_auth(key);
        let answer = request.json(&serde_json::json!({"url": "https://example.com/hook"})).send().await.unwrap();
        let body: serde_json::Value = answer.json().await.unwrap();
        body["data"]["signing_secret"].as_str().unwrap().to_owned()
    }
}

#[rustfmt::skip]
mod shown {
use super::my_app;

#[tokio::test]
async fn the_webhook_is_registered_once() {
    let api = standin::kayle::start();                    // or MockServer::start(&contract)

    let secret = my_app::register_webhook(api.url(), standin::kayle::API_KEY).await;

    let call = api.calls().to("POST /v1/webhooks/endpoints").only();    // exactly one, or a panic that shows what came
    assert_eq!(call.request().json()["url"], "https://example.com/hook");
    assert_eq!(call.response().json()["data"]["signing_secret"], secret.as_str());
    // insta::assert_yaml_snapshot!(api.calls().snapshot());   ids, times and secrets have stable names in it
}   // dropped here: a call that broke the contract fails the test
}

#[test]
fn the_readme_shows_this_test() {
    let readme = include_str!("../README.md");
    let start = readme.find("#[tokio::test]").unwrap();
    let shown = &readme[start..start + readme[start..].find("```").unwrap()];
    assert!(include_str!("readme.rs").contains(shown.trim_end()), "the README shows another test than tests/readme.rs runs");
}

#[test]
fn the_readme_quotes_the_tests_of_the_example() {
    let tests = [include_str!("../examples/integrator/tests/trouble.rs"), include_str!("../examples/integrator/tests/registration.rs")];
    let quoted: Vec<&str> = include_str!("../README.md").split("```rust\n").filter(|text| text.starts_with("/// The ")).collect();
    assert_eq!(quoted.len(), tests.len());
    for (quoted, tests) in quoted.iter().zip(tests) {
        let quoted = quoted.split("```").next().unwrap();
        assert!(tests.contains(quoted), "the README quotes another test than the example has: {quoted}");
    }
}
