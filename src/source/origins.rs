//! Where the values of a document stand that overlays were laid over: in the text of the document or in that of an overlay,
//! and at which place there. Kept for what was changed alone; the rest stands where it always did.

use std::{collections::BTreeMap, sync::Arc};

use super::Source;
use crate::pointer::Pointer;

/// What overlays made of a document's places.
pub(crate) struct Laid {
    origins: Origins,
    /// The overlays, in their order.
    overlays: Vec<Arc<Source>>,
}

impl Laid {
    pub(crate) fn new(origins: Origins, overlays: Vec<Arc<Source>>) -> Self {
        Self { origins, overlays }
    }

    /// The texts of the overlays.
    pub(super) fn overlays(&self) -> impl Iterator<Item = &Source> {
        self.overlays.iter().map(AsRef::as_ref)
    }

    /// The overlay that a value stands in, `None` if it stands in the document itself, and its place there.
    pub(super) fn origin(&self, place: &Pointer) -> (Option<&Source>, Pointer) {
        let Origin { layer, pointer } = self.origins.of(place);
        let overlay = layer.checked_sub(1).and_then(|overlay| self.overlays.get(overlay));
        (overlay.map(AsRef::as_ref), pointer)
    }
}

/// A place in one of the texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Zero is the document, one the first overlay.
    pub(crate) layer: usize,
    pub(crate) pointer: Pointer,
}

/// A tree of the places that were changed, and of those on the way to them.
#[derive(Default)]
pub(crate) struct Origins {
    root: Node,
}

#[derive(Default)]
struct Node {
    from: From,
    children: BTreeMap<String, Node>,
}

#[derive(Default)]
enum From {
    /// From where its holder is from, by its own name.
    #[default]
    Holder,
    Elsewhere(Origin),
    /// It was removed: what asks for it gets the place of its holder, as for anything that is not there.
    Nowhere,
}

impl Origins {
    /// Where the value at a place of the document is from.
    pub(crate) fn of(&self, place: &Pointer) -> Origin {
        let mut origin = Origin::default();
        let mut node = Some(&self.root);
        for token in place.tokens() {
            node = node.and_then(|node| node.children.get(&token));
            match node.map(|node| &node.from) {
                Some(From::Nowhere) => return origin,
                Some(From::Elsewhere(other)) => origin = other.clone(),
                Some(From::Holder) | None => origin.pointer.push(token),
            }
        }
        origin
    }

    /// What stands at a place now is from elsewhere, with all that it holds.
    pub(crate) fn put(&mut self, place: &Pointer, origin: Origin) {
        *self.node(place) = Node { from: From::Elsewhere(origin), children: BTreeMap::new() };
    }

    /// A member of an object was removed.
    pub(crate) fn remove_member(&mut self, holder: &Pointer, name: &str) {
        let gone = Node { from: From::Nowhere, children: BTreeMap::new() };
        self.node(holder).children.insert(name.to_owned(), gone);
    }

    /// An item of an array of so many was removed: those behind it move up.
    pub(crate) fn remove_item(&mut self, holder: &Pointer, index: usize, count: usize) {
        let from = self.of(holder);
        let children = &mut self.node(holder).children;
        for next in index + 1..count {
            let mut moved = children.remove(&next.to_string()).unwrap_or_default();
            if matches!(moved.from, From::Holder) {
                moved.from = From::Elsewhere(Origin { layer: from.layer, pointer: from.pointer.join(next) });
            }
            children.insert((next - 1).to_string(), moved);
        }
        if let Some(last) = count.checked_sub(1) {
            children.insert(last.to_string(), Node { from: From::Nowhere, children: BTreeMap::new() });
        }
    }

    /// Where a value of the document as it was stands now; `None` if it stands nowhere.
    pub(crate) fn now(&self, original: &Pointer) -> Option<Pointer> {
        let (mut was, mut now) = (Origin::default(), Pointer::root());
        let mut node = Some(&self.root);
        for token in original.tokens() {
            was.pointer.push(&token);
            let children = node.map(|node| &node.children);
            let moved = children.and_then(|children| children.iter().find(|(_, child)| child.is_from(&was)));
            let same = children.and_then(|children| children.get(&token));
            (node, now) = match (moved, same.map(|child| &child.from)) {
                (Some((name, child)), _) => (Some(child), now.join(name)),
                (None, Some(From::Elsewhere(_) | From::Nowhere)) => return None,
                (None, Some(From::Holder) | None) => (same, now.join(&token)),
            };
        }
        Some(now)
    }

    fn node(&mut self, place: &Pointer) -> &mut Node {
        place.tokens().fold(&mut self.root, |node, token| node.children.entry(token).or_default())
    }
}

impl Node {
    fn is_from(&self, origin: &Origin) -> bool {
        matches!(&self.from, From::Elsewhere(from) if from == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(text: &str) -> Pointer {
        Pointer::parse(text).unwrap()
    }

    fn of(origins: &Origins, place: &str) -> String {
        let origin = origins.of(&pointer(place));
        format!("{}{}", origin.layer, origin.pointer)
    }

    #[test]
    fn what_was_put_is_from_its_overlay_and_the_rest_from_the_document() {
        let mut origins = Origins::default();
        assert_eq!(of(&origins, "/a/b"), "0/a/b");
        origins.put(&pointer("/a/b"), Origin { layer: 2, pointer: pointer("/actions/0/update/b") });
        assert_eq!(of(&origins, "/a"), "0/a");
        assert_eq!(of(&origins, "/a/b/c~1d"), "2/actions/0/update/b/c~1d");
        assert_eq!(of(&origins, "/a/c"), "0/a/c");
        origins.put(&pointer("/a/b/c"), Origin { layer: 1, pointer: pointer("/x") });
        assert_eq!(of(&origins, "/a/b/c/d"), "1/x/d");
        origins.put(&pointer("/a"), Origin { layer: 3, pointer: pointer("/y") });
        assert_eq!(of(&origins, "/a/b/c"), "3/y/b/c");
    }

    #[test]
    fn what_was_removed_has_the_place_of_its_holder_until_it_is_there_again() {
        let mut origins = Origins::default();
        origins.remove_member(&pointer("/a"), "b");
        assert_eq!(of(&origins, "/a/b/c"), "0/a");
        assert_eq!(origins.now(&pointer("/a/b")), None);
        assert_eq!(origins.now(&pointer("/a/c")), Some(pointer("/a/c")));
        origins.put(&pointer("/a/b"), Origin { layer: 1, pointer: pointer("/x") });
        assert_eq!(of(&origins, "/a/b/c"), "1/x/c");
        assert_eq!(origins.now(&pointer("/a/b")), None);
    }

    #[test]
    fn items_move_up_with_their_places() {
        let mut origins = Origins::default();
        origins.put(&pointer("/a/3/x"), Origin { layer: 1, pointer: pointer("/x") });
        origins.remove_item(&pointer("/a"), 1, 4);
        assert_eq!(["/a/0", "/a/1", "/a/2/y", "/a/2/x"].map(|place| of(&origins, place)), ["0/a/0", "0/a/2", "0/a/3/y", "1/x"]);
        assert_eq!(of(&origins, "/a/3"), "0/a");
        origins.remove_item(&pointer("/a"), 0, 3);
        assert_eq!(["/a/0", "/a/1/y", "/a/1/x"].map(|place| of(&origins, place)), ["0/a/2", "0/a/3/y", "1/x"]);
        let now = |place: &str| origins.now(&pointer(place)).map(|now| now.to_string());
        assert_eq!(["/a/0", "/a/1", "/a/2/z", "/a/3"].map(now), [None, None, Some("/a/0/z".into()), Some("/a/1".into())]);
        assert_eq!(now("/b/1").as_deref(), Some("/b/1"));
    }
}
