//! Wires the services together: the one place that knows them all.
