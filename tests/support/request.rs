//! A check as somebody asks for it who gives no option.

use std::collections::BTreeSet;
use std::time::Duration;

use dbdoctor::layer::Layer;
use dbdoctor::request::{Demand, Origin, Request};
use dbdoctor::targets::Expect;

pub fn without_options(origin: Origin) -> Request {
    Request {
        origin,
        application: None,
        var: None,
        project: None,
        venv: None,
        target: None,
        schemas: Vec::new(),
        needs: BTreeSet::new(),
        expect: Expect::default(),
        exact: false,
        demand: Demand::default(),
        more_units: Vec::new(),
        services: Vec::new(),
        load: None,
        until: Layer::Pool,
        skip: Vec::new(),
        timeout: Duration::from_secs(5),
        wait: None,
        health_url: None,
        fail_on_warn: false,
        command: "dbdoctor check".to_owned(),
    }
}
