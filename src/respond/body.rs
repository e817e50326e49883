//! The body of an answer: an example, or one that is made, with what the request says in it.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    Because, Scene, echo,
    page::{Asked, Page},
    seed,
};
use crate::{
    check,
    contract::{Example, MediaType},
    media::is_json,
    message::StatusCode,
    schema::{Given, Schema},
    violation::Violation,
};

/// A conforming body: an example if there is one that conforms, else one generated.
pub(super) fn make(scene: &Scene<'_>, media_type: &MediaType, status: StatusCode) -> Result<(Value, Because), Vec<Violation>> {
    let mut echoes = echo::echoes(scene);
    if let Some(example) = usable_example(scene, media_type, status, &echoes) {
        // An example shows what its author chose where the client leaves it open.
        echoes.retain(echo::Echo::was_sent);
        return retold(scene, media_type, example.into_owned(), &echoes).map(|body| (body, Because::Example));
    }
    let page = media_type.layout().map(|layout| Page::new(layout, Asked::of(scene)));
    let is_valid = |body: &Value| check::answer(media_type, body).is_empty();
    // The usual case: one draft, one check of the whole.
    let members: Vec<&str> = echoes.iter().filter_map(echo::Echo::given).collect();
    let given = Given { members: &members, identity: echo::entity(scene.operation, scene.judgement) };
    let draft = media_type.schema.as_ref().and_then(|schema| schema.draft(given, seed(scene, status), scene.setting_for(status)));
    if let Some(mut body) = draft
        && echo::apply(&mut body, media_type, &echoes)
    {
        if let Some(page) = &page {
            page.settle(&mut body);
        }
        complete(scene, media_type, &mut body);
        if is_valid(&body) {
            return Ok((body, Because::Generated));
        }
    }
    // The draft was not valid, or something that was sent does not fit here: take over what does.
    let base = generated(scene, media_type, status)?;
    let fitting = echo::fitting(base, &echoes, media_type, is_valid);
    let mut body = match &page {
        Some(page) => page.settle_each(fitting, is_valid),
        None => fitting,
    };
    complete(scene, media_type, &mut body);
    let violations = check::answer(media_type, &body);
    if violations.is_empty() { Ok((body, Because::Generated)) } else { Err(violations) }
}

/// An example with what was sent in it, as far as it fits.
fn retold(scene: &Scene<'_>, media_type: &MediaType, example: Value, echoes: &[echo::Echo<'_>]) -> Result<Value, Vec<Violation>> {
    let mut body = example.clone();
    echo::apply(&mut body, media_type, echoes);
    complete(scene, media_type, &mut body);
    if check::answer(media_type, &body).is_empty() {
        return Ok(body);
    }
    let mut body = echo::fitting(example, echoes, media_type, |body| check::answer(media_type, body).is_empty());
    complete(scene, media_type, &mut body);
    let violations = check::answer(media_type, &body);
    if violations.is_empty() { Ok(body) } else { Err(violations) }
}

fn usable_example<'a>(
    scene: &Scene<'_>,
    media_type: &'a MediaType,
    status: StatusCode,
    echoes: &[echo::Echo<'_>],
) -> Option<Cow<'a, Value>> {
    let example = if scene.wants_examples() { example(media_type, echoes) } else { None };
    media_type.conforming(example?, seed(scene, status), scene.setting_for(status))
}

/// The example that says most of what the request says; of several, and where none says any of it, the first.
fn example<'a>(media_type: &'a MediaType, echoes: &[echo::Echo<'_>]) -> Option<&'a Example> {
    let mut examples = media_type.usable_examples();
    let (first, said) = examples.next()?;
    let rated = examples.map(|(example, said)| (echo::agreement(said, media_type, echoes), example));
    let best = rated.reduce(|best, next| if next.0 > best.0 { next } else { best });
    Some(best.filter(|(agreement, _)| *agreement > echo::agreement(said, media_type, echoes)).map_or(first, |(_, example)| example))
}

fn generated(scene: &Scene<'_>, media_type: &MediaType, status: StatusCode) -> Result<Value, Vec<Violation>> {
    let item = |schema: &Schema, number: u64| schema.generate(seed(scene, status).with_number(number), scene.setting_for(status));
    let Some(schema) = &media_type.schema else {
        return match &media_type.item_schema {
            // A sequence shows best with more than one item.
            Some(schema) => (0..2).map(|number| item(schema, number)).collect::<Result<Value, _>>().map_err(|violation| vec![violation]),
            // Nothing is said about the body: any is right.
            None if is_json(&media_type.range) => Ok(Value::Object(Map::new())),
            None => Ok(Value::String(String::new())),
        };
    };
    let identity = echo::entity(scene.operation, scene.judgement);
    schema.generate_for(identity, seed(scene, status), scene.setting_for(status)).map_err(|violation| vec![violation])
}

/// Lets the rules have their say, and fills in what the server fills in.
fn complete(scene: &Scene<'_>, media_type: &MediaType, body: &mut Value) {
    let incoming = scene.incoming();
    scene.rules().for_each(|rule| rule.answer(&incoming, body));
    if let Some(schema) = &media_type.schema {
        schema.annotations().fill(body, &scene.filling());
    }
}
