//! What documents are taken to keep.

#![allow(clippy::print_stdout, reason = "what real documents have is printed")]

use std::{collections::HashMap, fs, path::Path, time::Instant};

use serde_json::Value;
use standin::Contract;

fn fixture(name: &str) -> Contract {
    Contract::from_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

#[test]
fn the_table_of_the_bundled_api_reads_well() {
    insta::assert_snapshot!(standin::kayle::contract().resource_table());
}

#[test]
fn the_table_of_every_shape_reads_well() {
    insta::assert_snapshot!(fixture("shop.yaml").resource_table());
}

/// A line for each operation: its action, where the body has the thing, and where the answer has it.
fn told(contract: &Contract, resource: &str) -> Option<(Value, Vec<String>)> {
    let facts = contract.resource_table().facts();
    let found = facts["resources"].as_array().unwrap().iter().find(|known| known["name"] == resource)?;
    let line = |used: &Value| {
        let text = |key: &str| used[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {} {}", text("operation").split(' ').next().unwrap(), text("action"), text("sent"), text("shown"))
    };
    Some((found["id"].clone(), found["operations"].as_array().unwrap().iter().map(line).collect()))
}

/// Read by hand: document, resource, the member that names one, and some of what its operations do.
const EXPECTED: [(&str, &str, &str, &[&str]); 16] = [
    (
        "square-api.json",
        "/v2/customers",
        "id",
        &["GET list  /customers", "POST create  /customer", "GET read  /customer", "DELETE delete  -"],
    ),
    ("square-api.json", "/v2/orders", "id", &["POST create /order /order", "GET read  /order", "POST act  /order"]),
    (
        "asana-asana_oas.yaml",
        "/tasks",
        "gid",
        &["GET list  /data", "POST create /data /data", "PUT replace /data /data", "DELETE delete  -"],
    ),
    (
        "twilio-twilio_api_v2010.json",
        "/2010-04-01/Accounts/{AccountSid}/Messages",
        "sid",
        &["GET list  /messages", "POST create  ", "GET read  ", "POST patch  "],
    ),
    ("box-openapi.json", "/folders", "id", &["POST create  ", "GET read  ", "PUT replace  ", "DELETE delete  -"]),
    ("lob-lob-api-bundled.yml", "/addresses", "id", &["GET list  /data", "POST create  ", "GET read  ", "DELETE delete  -"]),
    ("svix-openapi.json", "/api/v1/app", "id", &["GET list  /data", "POST create  ", "PUT put  ", "PATCH patch  ", "DELETE delete  -"]),
    ("openai-openapi.yaml", "/assistants", "id", &["GET list  /data", "POST create  ", "POST patch  ", "DELETE delete  -"]),
    ("openai-openapi.yaml", "/files", "id", &["GET list  /data", "POST create  ", "GET read  ", "DELETE delete  -"]),
    ("discord-openapi.json", "/guilds/{guild_id}/roles", "id", &["GET list  ", "POST create  ", "PATCH patch  ", "DELETE delete  -"]),
    (
        "xeroapi-xero_accounting.yaml",
        "/Invoices",
        "InvoiceID",
        &["GET list  /Invoices", "GET read  /Invoices/0", "POST patch /Invoices/0 /Invoices/0"],
    ),
    ("resend-resend.yaml", "/webhooks", "id", &["GET list  /data", "POST create  ", "GET read  ", "PATCH patch  "]),
    ("stoplightio-petstore.oas3.yaml", "/pets", "id", &["POST create  -", "GET read  ", "GET list  ", "DELETE delete  -"]),
    ("meilisearch-open-api.json", "/indexes", "uid", &["GET list  /results", "POST create  -", "GET read  ", "DELETE delete  -"]),
    (
        "qdrant-openapi.json",
        "/collections",
        "name",
        &["GET list  /result/collections", "GET read  /result", "PUT put  -", "DELETE delete  -"],
    ),
    ("mistralai-openapi.yaml", "/v1/files", "id", &["GET list  /data", "POST create  ", "GET read  ", "DELETE delete  -"]),
];

#[test]
fn public_documents_keep_what_they_are_about() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs");
    let Ok(entries) = fs::read_dir(&folder) else { return println!("skipped: there is no ../shared/specs") };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension != "md"));
    paths.sort();
    let mut contracts = HashMap::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let contract = Contract::from_path(&path).unwrap();
        let start = Instant::now();
        let count = contract.resources().len();
        let took = start.elapsed();
        println!("{name}: {} ({count} in {took:?})", contract.resource_table().to_string().lines().last().unwrap());
        contracts.insert(name, contract);
    }
    let mut wrong = Vec::new();
    for (document, resource, id, expected) in EXPECTED {
        let found = contracts.get(document).and_then(|contract| told(contract, resource));
        let Some((found_id, lines)) = found else {
            wrong.push(format!("{document} {resource}: there is none"));
            continue;
        };
        let missing: Vec<_> = expected.iter().filter(|line| !lines.iter().any(|known| known == *line)).collect();
        if found_id != id || !missing.is_empty() {
            wrong.push(format!("{document} {resource}: expected {id} {missing:?}, found {found_id} {lines:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
