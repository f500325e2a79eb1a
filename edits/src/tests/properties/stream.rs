//! Properties of the whole stream.
