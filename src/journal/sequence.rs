//! Calls in an order: what was expected and what came, side by side.

use std::fmt::Write;

use super::{Call, count::number_of_calls, report, shown};

/// How many pairs of lines are compared to align both columns; longer lists are shown from where they first differ.
const MOST_COMPARED: usize = 1_000_000;
/// How many lines are shown.
const SHOWN: usize = 60;

/// One line of both columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Same(usize, usize),
    Missing(usize),
    Extra(usize),
}

/// What is said if the calls are others; `None` if they are as expected.
pub(super) fn difference(expected: &[String], calls: &[Call], what: &str) -> Option<String> {
    let came: Vec<String> = calls.iter().map(name).collect();
    if *expected == came {
        return None;
    }
    let saw = match calls.len() {
        0 => "none".to_owned(),
        _ if sorted(expected) == sorted(&came) => "them in another".to_owned(),
        count => count.to_string(),
    };
    let mut text = match expected.len() {
        0 => format!("standin: expected no call{what}, saw {saw}\n"),
        1 => format!("standin: expected exactly this call{what}, saw {saw}\n"),
        count => format!("standin: expected exactly these {}{what}, in this order, saw {saw}\n", number_of_calls(count)),
    };
    let lines = align(expected, &came);
    let width = expected.iter().map(|name| name.chars().count()).max().unwrap_or_default().clamp("expected".len(), 50);
    // Writing to a `String` cannot fail.
    let _ = writeln!(text, "    {:width$}   came", "expected");
    // A few lines before the first that differs are enough to find the place.
    let first = lines.iter().position(|line| !matches!(line, Line::Same(..))).unwrap_or_default();
    let from = if lines.len() <= SHOWN { 0 } else { first.saturating_sub(3) };
    if from > 0 {
        let _ = writeln!(text, "    (the first {} are as expected)", number_of_calls(from));
    }
    for line in lines.iter().skip(from).take(SHOWN) {
        let (mark, left, right) = match *line {
            Line::Same(left, right) => (' ', expected[left].as_str(), Some(&calls[right])),
            Line::Missing(left) => ('-', expected[left].as_str(), None),
            Line::Extra(right) => ('+', "", Some(&calls[right])),
        };
        let came = right.map(|call| format!("#{} {} -> {}", call.number(), name(call), call.response().status().as_u16()));
        let _ = writeln!(text, "{}", format!("  {mark} {left:width$}   {}", came.unwrap_or_default()).trim_end());
    }
    if lines.len() > from + SHOWN {
        let _ = writeln!(text, "    and {} more lines", lines.len() - from - SHOWN);
    }
    let broken: Vec<Call> = calls.iter().filter(|call| !call.violations().is_empty()).cloned().collect();
    if !broken.is_empty() {
        text += "of these, some broke the contract:\n";
        report::list(&mut text, &broken);
    }
    Some(text)
}

fn name(call: &Call) -> String {
    let none = if call.operation().is_none() { " (no operation)" } else { "" };
    shown::name(call) + none
}

fn sorted(names: &[String]) -> Vec<&String> {
    let mut names: Vec<&String> = names.iter().collect();
    names.sort_unstable();
    names
}

/// The longest common subsequence, with what is missing before what is there instead.
fn align(expected: &[String], came: &[String]) -> Vec<Line> {
    let head = expected.iter().zip(came).take_while(|(left, right)| left == right).count();
    let (left, right) = (&expected[head..], &came[head..]);
    let tail = left.iter().rev().zip(right.iter().rev()).take_while(|(left, right)| left == right).count();
    let (left, right) = (&left[..left.len() - tail], &right[..right.len() - tail]);
    let same = (0..head).map(|at| Line::Same(at, at));
    let end = (0..tail).map(|at| Line::Same(head + left.len() + at, head + right.len() + at));
    same.chain(middle(left, right, head)).chain(end).collect()
}

fn middle(left: &[String], right: &[String], offset: usize) -> Vec<Line> {
    let missing = |at: usize| Line::Missing(offset + at);
    let extra = |at: usize| Line::Extra(offset + at);
    if left.len().saturating_mul(right.len()) > MOST_COMPARED {
        return (0..left.len()).map(missing).chain((0..right.len()).map(extra)).collect();
    }
    // How long the longest common subsequence is from here on.
    let width = right.len() + 1;
    let mut longest = vec![0_u32; (left.len() + 1) * width];
    for row in (0..left.len()).rev() {
        for column in (0..right.len()).rev() {
            longest[row * width + column] = match left[row] == right[column] {
                true => longest[(row + 1) * width + column + 1] + 1,
                false => longest[(row + 1) * width + column].max(longest[row * width + column + 1]),
            };
        }
    }
    let (mut row, mut column, mut lines) = (0, 0, Vec::new());
    while row < left.len() || column < right.len() {
        if row < left.len() && column < right.len() && left[row] == right[column] {
            lines.push(Line::Same(offset + row, offset + column));
            (row, column) = (row + 1, column + 1);
        } else if column == right.len() || (row < left.len() && longest[(row + 1) * width + column] >= longest[row * width + column + 1]) {
            lines.push(missing(row));
            row += 1;
        } else {
            lines.push(extra(column));
            column += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(expected: &str, came: &str) -> String {
        let split = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let (left, right) = (split(expected), split(came));
        let mark = |line: &Line| match *line {
            Line::Same(at, other) => {
                assert_eq!(left[at], right[other]);
                left[at].clone()
            }
            Line::Missing(at) => format!("-{}", left[at]),
            Line::Extra(at) => format!("+{}", right[at]),
        };
        align(&left, &right).iter().map(mark).collect()
    }

    #[test]
    fn columns_are_aligned_at_what_is_the_same() {
        assert_eq!(marks("abc", "abc"), "abc");
        assert_eq!(marks("abc", "ac"), "a-bc");
        assert_eq!(marks("ac", "abc"), "a+bc");
        assert_eq!(marks("abcd", "axcyd"), "a-b+xc+yd");
        assert_eq!(marks("ab", "ba"), "-ab+a");
        assert_eq!(marks("", "ab"), "+a+b");
        assert_eq!(marks("ab", ""), "-a-b");
        let (left, right) = ("ab".repeat(1_000), "ba".repeat(1_001));
        assert!(marks(&left, &right).contains("-a-b"), "too long to be aligned");
    }
}
