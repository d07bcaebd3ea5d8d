//! Pages about machines.
