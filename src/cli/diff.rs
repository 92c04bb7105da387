//! Texts that differ, line by line, as `diff -u` writes them.

use anstyle::Style;

use super::print::Printer;
use crate::engine::diff::Block;
use crate::engine::text::{ComparedValues, LineOp, Segment, SegmentKind};

/// The indent of the lines.
const INDENT: &str = "        ";

/// Prints texts that differ below `head`, which names the field: the hunks, with
/// the words that differ marked.
pub(crate) fn block(printer: &mut Printer, head: &str, block: &Block<'_>) {
    let (diff, summary) = block.shown();
    printer.folded(&format!("{head}  {summary}"), 10);
    let dim = Style::new().dimmed();
    let is_shown = diff.ends_differently();
    for hunk in &diff.hunks {
        printer.line(format!("{INDENT}{dim}{}{dim:#}", hunk.head()));
        for line in &hunk.lines {
            let sign = match line.op {
                LineOp::Keep => ' ',
                LineOp::Remove => '-',
                LineOp::Add => '+',
            };
            let text = marked(printer, &hunk.segments(line, printer.ascii));
            // Lines are not broken, so that they can be copied.
            printer.line(format!("{INDENT}{sign} {text}"));
            if is_shown && !line.newline {
                printer.line(format!("{INDENT}\\ no newline at the end"));
            }
        }
    }
}

/// Returns two one-line values, each with its differences marked.
pub(crate) fn values(printer: &Printer, before: &str, after: &str) -> [String; 2] {
    let pair = ComparedValues::new(before, after, printer.ascii);
    [marked(printer, &pair.before), marked(printer, &pair.after)]
}

fn marked(printer: &Printer, segments: &[Segment]) -> String {
    let word = Style::new().bold().underline();
    let part = |segment: &Segment| match segment.kind {
        SegmentKind::Same => segment.text.clone(),
        SegmentKind::Differs => format!("{word}{}{word:#}", segment.text),
        SegmentKind::Omitted => printer.ellipsis().to_owned(),
    };
    segments.iter().map(part).collect()
}
