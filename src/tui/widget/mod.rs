//! Small helpers for drawing: text that is safe and cut by columns, and flat
//! lists of which only the visible slice is laid out.

mod canvas;
mod input;
mod list;
mod text;

pub(crate) use canvas::{Canvas, row_cursor};
pub(crate) use input::input_line;
pub(crate) use list::{List, window};
pub(crate) use text::{Line, count, cut, width, wrap};
