//! Resources as people read them: a table, then why each is one, then what is none and why.

use std::fmt;

use serde_json::{Value, json};

use super::{Comparison, Filter, Refused, Resource, Resources, Shown, Use, entity};
use crate::contract::{Contract, Operation};

/// What an API keeps, for people or for programs: see [`Contract::resource_table`].
#[derive(Debug, Clone, Copy)]
pub struct ResourceTable<'c> {
    contract: &'c Contract,
}

impl Contract {
    /// What standin takes the API to keep, and why: its `Display` is for people, [`ResourceTable::facts`] for programs.
    ///
    /// ```
    /// use standin::Contract;
    ///
    /// let contract = Contract::from_text("pets.yaml", r#"
    /// openapi: 3.1.0
    /// paths:
    ///   /pets:
    ///     post:
    ///       requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
    ///       responses: {"201": {description: created}}
    ///   /pets/{petId}:
    ///     get:
    ///       responses: {"200": {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
    /// components:
    ///   schemas:
    ///     Pet: {type: object, properties: {id: {type: string}, name: {type: string}}}
    /// "#)?;
    /// let text = contract.resource_table().to_string();
    /// assert!(text.contains("GET /pets/{petId} answers the one that the path names"), "{text}");
    /// # Ok::<(), standin::Error>(())
    /// ```
    pub fn resource_table(&self) -> ResourceTable<'_> {
        ResourceTable { contract: self }
    }
}

const HEAD: [&str; 5] = ["OPERATION", "ACTION", "SENT", "SHOWN", "FILTERS"];

impl<'c> ResourceTable<'c> {
    fn resources(&self) -> &'c Resources {
        self.contract.kept()
    }

    fn operation(&self, number: usize) -> &'c Operation {
        &self.contract.operations()[number]
    }

    /// The same as JSON: `resources`, each with its operations, and `refused`.
    pub fn facts(&self) -> Value {
        let kept = self.resources();
        json!({
            "stateful": self.contract.is_stateful(),
            "resources": kept.all.iter().map(|resource| self.facts_of(resource)).collect::<Vec<_>>(),
            "refused": kept.refused.iter().map(|refused| json!({
                "operation": self.operation(refused.operation).name(),
                "why": refused.why,
            })).collect::<Vec<_>>(),
        })
    }

    fn facts_of(&self, resource: &Resource) -> Value {
        let kind = &resource.kind;
        let links = kind.parents.iter().map(|link| json!({"resource": self.resources().all[link.kind].name(), "member": link.member}));
        json!({
            "name": kind.name,
            "path": resource.path,
            "single": kind.is_single,
            "id": kind.id,
            "within": kind.within.iter().map(|within| &within.parameter).collect::<Vec<_>>(),
            "parents": links.collect::<Vec<_>>(),
            "unique": kind.unique,
            "order": kind.order,
            "after": kind.after,
            "why": resource.why,
            "operations": resource.uses.iter().map(|used| self.facts_of_use(used)).collect::<Vec<_>>(),
        })
    }

    fn facts_of_use(&self, used: &Use) -> Value {
        let filter =
            |filter: &Filter| json!({"parameter": filter.parameter, "member": place(&filter.member), "is": filter.comparison.name()});
        json!({
            "operation": self.operation(used.operation).name(),
            "action": used.action.to_string(),
            "parameter": used.identity,
            "within": used.within.iter().map(|within| (within.parameter.clone(), json!(within.member))).collect::<Value>(),
            "sent": place(&used.sent) + if used.sent_in_list { "/0" } else { "" },
            "shown": used.shown.as_ref().map(|shown| place(&shown.path) + if shown.in_list { "/0" } else { "" }),
            "filters": used.filters.iter().map(filter).collect::<Vec<_>>(),
            "set": used.set,
            "why": used.why,
        })
    }

    fn row(&self, used: &Use) -> [String; HEAD.len()] {
        let shown = |shown: &Shown| entity::pointer(&shown.path, shown.in_list);
        let sends = matches!(used.action, super::Action::Create | super::Action::Replace { .. } | super::Action::Patch);
        [
            self.operation(used.operation).name().to_owned(),
            used.action.to_string(),
            if sends { entity::pointer(&used.sent, used.sent_in_list) } else { "-".to_owned() },
            used.shown.as_ref().map_or_else(|| "-".to_owned(), shown),
            used.filters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        ]
    }

    /// `/v1/orders: each is named by id, part of /v1/customers (customer_id)`
    fn title(&self, resource: &Resource) -> String {
        let kind = &resource.kind;
        let mut title = match (&kind.id, kind.is_single) {
            (_, true) => format!("{}: one", kind.name),
            (Some(id), _) => format!("{}, by {id}", kind.name),
            (None, _) => format!("{}: no id is shown", kind.name),
        };
        for link in &kind.parents {
            title += &format!(", part of {}", self.resources().all[link.kind].name());
            title += &link.member.as_ref().map(|member| format!(" ({member})")).unwrap_or_default();
        }
        let mut facts = vec![];
        facts.extend((!kind.unique.is_empty()).then(|| format!("unique {}", kind.unique.join(", "))));
        facts.extend(kind.order.as_ref().map(|order| format!("in the order of {order}")));
        facts.extend(kind.after.as_ref().map(|after| format!("cursors compare {after}")));
        facts.iter().for_each(|fact| title += &format!(", {fact}"));
        title
    }
}

impl fmt::Display for ResourceTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.resources();
        let mut rows: Vec<Option<[String; HEAD.len()]>> = vec![Some(HEAD.map(str::to_owned))];
        for resource in &kept.all {
            rows.push(None);
            rows.extend(resource.uses.iter().map(|used| Some(self.row(used))));
        }
        let mut widths = [0; HEAD.len()];
        for row in rows.iter().flatten() {
            widths.iter_mut().zip(row).for_each(|(width, cell)| *width = cell.chars().count().max(*width));
        }
        let mut titles = kept.all.iter().map(|resource| self.title(resource));
        for row in &rows {
            match row {
                Some(row) => {
                    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
                    writeln!(f, "  {}", cells.join("  ").trim_end())?;
                }
                None => writeln!(f, "{}", titles.next().unwrap_or_default())?,
            }
        }
        reasons(f, kept)?;
        write!(f, "{}", counted(self.contract))
    }
}

fn reasons(f: &mut fmt::Formatter<'_>, kept: &Resources) -> fmt::Result {
    if !kept.all.is_empty() {
        writeln!(f, "\nwhy")?;
    }
    for resource in &kept.all {
        writeln!(f, "{}: {}", resource.kind.name, resource.why)?;
        for used in &resource.uses {
            writeln!(f, "  {}", used.why)?;
        }
    }
    if !kept.refused.is_empty() {
        writeln!(f, "\nnothing is kept of")?;
    }
    for Refused { why, .. } in &kept.refused {
        writeln!(f, "  {why}")?;
    }
    writeln!(f)
}

fn counted(contract: &Contract) -> String {
    let kept = contract.kept();
    let many = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let uses = kept.all.iter().map(|resource| resource.uses.len()).sum();
    let stateful = if contract.is_stateful() { "; servers keep state unless told otherwise" } else { "" };
    let refused = many(kept.refused.len(), "operation");
    format!("{} of {}; nothing is kept of {refused}{stateful}", many(kept.all.len(), "resource"), many(uses, "operation"))
}

/// A JSON Pointer of names.
fn place(path: &[String]) -> String {
    path.iter().fold(crate::pointer::Pointer::root(), |place, name| place.join(name)).to_string()
}

impl Comparison {
    /// As documents write it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::From => "from",
            Self::To => "to",
            Self::After => "after",
            Self::Before => "before",
        }
    }
}

/// `created_from: created_at >=`
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.comparison {
            Comparison::Equal if [self.parameter.clone()] == self.member.as_slice() => return f.write_str(&self.parameter),
            Comparison::Equal => "=",
            Comparison::From => ">=",
            Comparison::To => "<=",
            Comparison::After => ">",
            Comparison::Before => "<",
        };
        write!(f, "{} {sign} {}", self.member.join("."), self.parameter)
    }
}
