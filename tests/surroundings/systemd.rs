//! The units, read by systemd.

use std::fs;
use std::process::Command;

use crate::lab::skip::need;
use crate::lab::workdir;
use crate::program::{example, examples, of_debian, outcome, texts};

/// Has systemd judge the units in a root of their own, where the programs that they start are there; what it complained of.
fn verify(names: &[&str]) -> Result<String, String> {
    let analyze = of_debian("systemd", "systemd-analyze")?;
    let root = workdir::fresh("units");
    let units = root.join("etc/systemd/system");
    fs::create_dir_all(units.join("shop.service.d")).unwrap();
    for program in ["usr/bin/dbdoctor", "usr/bin/true"] {
        let program = root.join(program);
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::copy("/bin/true", program).unwrap();
    }
    for file in examples("systemd") {
        fs::copy(&file, units.join(file.file_name().unwrap())).unwrap();
    }
    fs::copy(
        example("systemd/shop.service.d/dbdoctor.conf"),
        units.join("shop.service.d/dbdoctor.conf"),
    )
    .unwrap();
    fs::write(units.join("shop.service"), "[Service]\nExecStart=/usr/bin/true\n").unwrap();
    // What every system has.
    for target in [
        "basic",
        "sysinit",
        "shutdown",
        "timers",
        "network-online",
        "network",
        "multi-user",
        "-",
    ] {
        let kind = if target == "-" { "slice" } else { "target" };
        fs::write(units.join(format!("{target}.{kind}")), "[Unit]\nDescription=there\n").unwrap();
    }
    fs::write(units.join("system.slice"), "[Unit]\nDescription=there\n").unwrap();
    let mut command = Command::new(analyze);
    command
        .args(["verify", "--man=no", "--recursive-errors=yes", "--root"])
        .arg(&root)
        .args(names);
    let output = outcome(&mut command, "");
    let said = texts(&output).concat();
    Ok(format!("{}{}", if output.status.success() { "" } else { "failed: " }, said))
}

#[test]
fn systemd_takes_every_unit() {
    let mut names: Vec<String> = examples("systemd")
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().replace("@.", "@shop."))
        .collect();
    names.push("shop.service".to_owned());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(need!(verify(&names)), "");
}

#[test]
fn what_a_unit_starts_the_binary_understands() {
    for file in examples("systemd")
        .into_iter()
        .chain([example("systemd/shop.service.d/dbdoctor.conf")])
    {
        let text = fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| line.starts_with("ExecStart")) {
            let (_, command) = line.split_once('=').unwrap();
            crate::targets::is_understood(command);
        }
    }
}
