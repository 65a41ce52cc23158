//! One probe for each layer.

pub mod pool;
pub mod privileges;
