//! Everything of a contract that can be reached. Worked out once per contract, when it is first asked for.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    CoverageElement, CoverageKind, Listed,
    tree::{NodeId, Side, Tree},
};
use crate::{
    contract::{Contract, Location, MediaType, Operation, Parameter, SchemeKind},
    pointer::Pointer,
    seed::Seed,
    violation::RulePlace,
};

/// The number of an element.
pub(super) type ElementId = usize;

/// Where an element is declared.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// In a document that is at hand: the line is looked up when it is asked for.
    In(RulePlace, String),
    Told {
        document: String,
        pointer: String,
        line: Option<usize>,
    },
}

impl Place {
    pub(super) fn of(place: RulePlace) -> Self {
        let pointer = place.pointer().as_str().to_owned();
        Self::In(place, pointer)
    }

    pub(super) fn document(&self) -> &str {
        match self {
            Self::In(place, _) => place.document(),
            Self::Told { document, .. } => document,
        }
    }

    pub(super) fn pointer(&self) -> &str {
        match self {
            Self::In(_, pointer) | Self::Told { pointer, .. } => pointer,
        }
    }

    pub(super) fn line(&self) -> Option<usize> {
        match self {
            Self::In(place, _) => place.position().map(|position| position.line),
            Self::Told { line, .. } => *line,
        }
    }
}

/// The elements of a contract, and which of them belong to what.
pub(super) struct Catalogue {
    pub(super) listed: Arc<Listed>,
    pub(super) operations: Vec<OperationElements>,
    pub(super) tree: Tree,
}

pub(super) struct OperationElements {
    pub(super) own: ElementId,
    pub(super) parameters: Vec<ParameterElements>,
    pub(super) body: Vec<Content>,
    /// In the order of the operation's own responses.
    pub(super) responses: Vec<(ElementId, Vec<Content>)>,
    pub(super) schemes: Vec<(SchemeKind, ElementId)>,
}

pub(super) struct ParameterElements {
    pub(super) name: String,
    pub(super) location: Location,
    pub(super) own: ElementId,
    pub(super) node: Option<NodeId>,
}

/// A media type of a body.
pub(super) struct Content {
    pub(super) range: String,
    pub(super) own: ElementId,
    pub(super) node: Option<NodeId>,
    /// Of each item of a body that is a sequence.
    pub(super) item: Option<NodeId>,
}

/// The catalogue of a contract, shared by all who hold the contract.
pub(super) fn of(contract: &Contract) -> Arc<Catalogue> {
    let made = contract.companion(|| Arc::new(Builder::default().build(contract)));
    // Nothing else is kept there.
    made.downcast().unwrap_or_else(|_| Arc::new(Builder::default().build(contract)))
}

#[derive(Default)]
pub(super) struct Builder {
    elements: Vec<CoverageElement>,
    schemes: BTreeMap<(String, String), ElementId>,
    tree: Tree,
}

impl Builder {
    fn build(mut self, contract: &Contract) -> Catalogue {
        let operations: Vec<OperationElements> = contract.operations().iter().map(|operation| self.operation(operation)).collect();
        for webhook in contract.webhooks() {
            self.put(CoverageKind::Webhook, webhook.name().to_owned(), &webhook, &webhook.pointer);
        }
        let elements = &mut self.elements;
        self.tree.finish(&mut |kind, name, place| {
            elements.push(CoverageElement { kind, name, place: Place::of(place) });
            elements.len() - 1
        });
        let title = if contract.title().is_empty() { contract.name() } else { contract.title() };
        let fingerprint = self.elements.iter().fold(Seed::new(self.elements.len() as u64), |seed, element| {
            seed.with(element.kind.name().as_bytes()).with(element.name.as_bytes())
        });
        let listed = Listed { title: title.to_owned(), fingerprint: format!("{:016x}", fingerprint.bits()), elements: self.elements };
        Catalogue { listed: Arc::new(listed), operations, tree: self.tree }
    }

    fn put(&mut self, kind: CoverageKind, name: String, operation: &Operation, pointer: &Pointer) -> ElementId {
        self.elements.push(CoverageElement { kind, name, place: Place::of(operation.place(pointer)) });
        self.elements.len() - 1
    }

    fn operation(&mut self, operation: &Operation) -> OperationElements {
        let name = operation.name();
        OperationElements {
            own: self.put(CoverageKind::Operation, name.to_owned(), operation, &operation.pointer),
            parameters: operation.parameters.iter().map(|parameter| self.parameter(operation, parameter)).collect(),
            body: match &operation.request_body {
                Some(body) => self.contents(operation, &body.content, &body.pointer, &format!("{name} body"), Side::Request),
                None => Vec::new(),
            },
            responses: operation
                .responses
                .iter()
                .map(|response| {
                    let label = format!("{name} {}", response.status);
                    let place = operation.pointer.join("responses").join(response.status);
                    let own = self.put(CoverageKind::Status, label.clone(), operation, &place);
                    (own, self.contents(operation, &response.content, &response.pointer, &label, Side::Response))
                })
                .collect(),
            schemes: operation
                .security
                .iter()
                .flatten()
                .map(|requirement| {
                    let scheme = &requirement.scheme;
                    let place = scheme.document.place(&scheme.pointer);
                    let key = (place.document().to_owned(), scheme.name.clone());
                    let next = self.elements.len();
                    let own = *self.schemes.entry(key).or_insert(next);
                    if own == next {
                        let (kind, name) = (CoverageKind::Security, scheme.name.clone());
                        self.elements.push(CoverageElement { kind, name, place: Place::of(place) });
                    }
                    (scheme.kind.clone(), own)
                })
                .collect(),
        }
    }

    fn parameter(&mut self, operation: &Operation, parameter: &Parameter) -> ParameterElements {
        let place = match parameter.location {
            Location::Path => "path",
            Location::Query => "query",
            Location::QueryString => "query string",
            Location::Header => "header",
            Location::Cookie => "cookie",
        };
        let label = format!("{} {place} {}", operation.name(), parameter.name);
        let schema = parameter.any_schema();
        ParameterElements {
            name: parameter.name.clone(),
            location: parameter.location,
            own: self.put(CoverageKind::Parameter, label.clone(), operation, &parameter.pointer),
            node: schema.map(|schema| self.tree.node(schema.document(), schema.pointer().clone(), Side::Request, &label)),
        }
    }

    fn contents(&mut self, operation: &Operation, content: &[MediaType], at: &Pointer, label: &str, side: Side) -> Vec<Content> {
        let content = content.iter().map(|media_type| {
            let name = format!("{label} {}", media_type.range);
            let own = self.put(CoverageKind::MediaType, name, operation, &at.join("content").join(&media_type.range));
            let mut node = |schema: &crate::schema::Schema| self.tree.node(schema.document(), schema.pointer().clone(), side, label);
            let item = media_type.item_schema.as_ref().map(&mut node);
            Content { range: media_type.range.clone(), own, node: media_type.schema.as_ref().map(&mut node), item }
        });
        content.collect()
    }
}
