//! gatediff
