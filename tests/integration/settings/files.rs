//! Files that hold no settings, whatever they are: a finding, never a panic, never a hang, never a secret.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::harness::Doctor;
use crate::lab::service::Root;
use crate::lab::{canary, workdir};

#[test]
fn what_is_no_file_of_settings() {
    let directory = workdir::fresh("files");
    let secret = canary::of("app");
    fs::write(
        directory.join("binary"),
        [b"DATABASE_URL=".as_slice(), secret.as_bytes(), &[0, 1, 2, 0xff]].concat(),
    )
    .unwrap();
    fs::write(directory.join("huge"), format!("PASSWORD={secret}\n").repeat(100_000)).unwrap();
    symlink("loop", directory.join("loop")).unwrap();
    fs::create_dir(directory.join("directory")).unwrap();
    assert!(Command::new("mkfifo").arg(directory.join("pipe")).status().unwrap().success());
    let code = |name: &str| match name {
        "missing" => "config/env-file-missing",
        _ => "config/env-file-unreadable",
    };
    for name in ["binary", "huge", "loop", "directory", "pipe", "missing"] {
        let path = directory.join(name);
        let run = Doctor::check().arg("--env-file").arg(&path).run();
        run.fails(code(name));
        assert!(run.finding(code(name))["title"].as_str().unwrap().contains(name), "{}", run.stdout);
        // The same file, named by a unit.
        let root = Root::with_service(&format!("EnvironmentFile=/etc/{name}\n"));
        fs::create_dir_all(root.path.join("etc")).unwrap();
        symlink(&path, root.path.join("etc").join(name)).unwrap();
        Doctor::check()
            .args(["--unit", "shop", "--root"])
            .arg(&root.path)
            .run()
            .fails(code(name));
        // And in the place of the unit itself.
        let root = Root::with_service("");
        let unit = root.path.join("etc/systemd/system/shop.service");
        fs::remove_file(&unit).unwrap();
        symlink(&path, &unit).unwrap();
        let run = Doctor::check().args(["--unit", "shop", "--root"]).arg(&root.path).run();
        assert_eq!(run.status, 10, "{name}: {}", run.stdout);
    }
}

#[test]
fn bytes_at_random() {
    let mut state = 0x853c_49e6_748f_ea9b_u64;
    let directory = workdir::fresh("noise");
    for index in 0..20 {
        let noise: Vec<u8> = (0..4_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let byte = u8::try_from(state >> 56).unwrap();
                if byte == 0 { b'\n' } else { byte }
            })
            .collect();
        let path = directory.join(index.to_string());
        fs::write(&path, noise).unwrap();
        for dialect in ["systemd", "dotenv", "docker", "compose"] {
            let run = Doctor::check().args(["--dialect", dialect, "--env-file"]).arg(&path).run();
            assert_eq!(run.status, 10, "{dialect}: {}{}", run.stdout, run.stderr);
        }
        let root = Root::with_service("");
        fs::copy(&path, root.path.join("etc/systemd/system/shop.service")).unwrap();
        let run = Doctor::check().args(["--unit", "shop", "--root"]).arg(&root.path).run();
        assert_eq!(run.status, 10, "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn dialects_differ() {
    let directory = workdir::fresh("dialects");
    let path = directory.join("shop.env");
    fs::write(
        &path,
        format!("DATABASE_URL=\"postgresql://app:{}@localhost/shop\"\n", canary::of("app")),
    )
    .unwrap();
    let check = |dialect: &str| {
        Doctor::check()
            .args(["--until", "config", "--dialect", dialect, "--env-file"])
            .arg(&path)
            .run()
    };
    for dialect in ["systemd", "dotenv", "compose"] {
        check(dialect).sound();
    }
    check("docker").fails("config/quoted-value");
    fs::write(&path, "DATABASE_URL = postgresql://app@localhost/shop\n").unwrap();
    check("systemd").sound();
    check("docker").fails("config/assignment-dropped");
}

#[test]
fn a_secret_in_a_file_of_its_own() {
    let directory = workdir::fresh("secrets");
    let path = directory.join("password");
    fs::write(&path, format!("{}\n", canary::of("app"))).unwrap();
    let check = |path: &std::path::Path| {
        Doctor::check()
            .args(["--until", "config"])
            .env("DB_HOST", "localhost")
            .env("DB_NAME", "shop")
            .env("DB_USER", "app")
            .env("DB_PASSWORD_FILE", path.display().to_string())
            .run()
    };
    let run = check(&path);
    run.sound();
    assert!(
        run.row("config")["facts"]["password"].as_str().unwrap().starts_with("set"),
        "{}",
        run.stdout
    );
    check(&directory.join("none")).fails("config/env-file-missing");
}

#[test]
fn a_file_in_another_encoding_and_a_url_without_a_name() {
    let directory = workdir::fresh("encodings");
    let dsn = format!("postgresql://app:{}@localhost/shop", canary::of("app"));
    let wide: Vec<u8> = format!("\u{feff}DATABASE_URL={dsn}\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, bytes) in [("marked", wide.as_slice()), ("bare", &wide[2..])] {
        let path = directory.join(name);
        fs::write(&path, bytes).unwrap();
        let run = Doctor::check().arg("--env-file").arg(&path).run();
        run.fails("config/env-file-unreadable");
        assert!(run.stdout.contains("UTF-16"), "{}", run.stdout);
    }
    let path = directory.join("nameless");
    fs::write(&path, format!("# the database\n{dsn}\n")).unwrap();
    for reader in ["systemd", "dotenv", "docker", "compose"] {
        let run = Doctor::check().args(["--dialect", reader, "--env-file"]).arg(&path).run();
        assert_eq!(run.status, 10, "{}", run.stdout);
        let finding = run.finding("config/assignment-dropped").to_string();
        assert!(finding.contains("line 2"), "{reader}: {finding}");
    }
    let root = Root::with_service("EnvironmentFile=/etc/nameless\n");
    root.write("etc/nameless", fs::read(&path).unwrap());
    let run = Doctor::check().args(["--unit", "shop", "--root"]).arg(&root.path).run();
    assert!(
        run.finding("config/assignment-dropped").to_string().contains("line 2"),
        "{}",
        run.stdout
    );
}
