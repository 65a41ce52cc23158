//! `dbdoctor.toml`: one target by its name.

use crate::harness::Doctor;
use crate::lab::project::Project;
use crate::lab::server::Server;

fn check(text: &str, name: &str) -> Doctor {
    let project = Project::shop();
    project.write("dbdoctor.toml", text);
    Doctor::check().directory(&project.path).args(["--target", name])
}

#[test]
fn a_target_says_it_all() {
    let dsn = Server::shared().dsn("app");
    let text = format!(
        "[targets.web]\ndsn = \"{dsn}\"\nschemas = [\"public\"]\nneeds = [\"select\"]\nskip = [\"tls/unverified\"]\nexpect = {{ database = \"shop\", user = \"app\" }}\npool = {{ hosts = 2, workers = 3, threads = 1 }}\n"
    );
    let run = check(&text, "web").run();
    run.sound();
    assert_eq!(run.json()["target"]["name"], "web");
    let other = text.replace("user = \"app\"", "user = \"else\"");
    check(&other, "web")
        .args(["--until", "config"])
        .run()
        .warns("config/sources-disagree");
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let said = |text: &str, name: &str| {
        let run = check(text, name).in_format("json");
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        run.stderr
    };
    let text = "[targets.web]\nunit = \"shop\"\n\n[targets.web.pool]\nworker = 3\n";
    let unknown = said(text, "web");
    assert!(
        unknown.contains("line 5") && unknown.contains("\"worker\"") && unknown.contains("\"workers\""),
        "{unknown}"
    );
    assert!(said("[targets.web]\nunits = \"shop\"\n", "web").contains("the nearest is \"unit\""));
    assert!(said("[targets.web]\nunit = 5\n", "web").contains("line 1"));
    assert!(said("[targets.web]\nunit = \"a\"\ndsn = \"b\"\n", "web").contains("only one"));
    assert!(said("[targets.web]\nunit = \"a\"\n", "wbe").contains("\"web\""));
    assert!(said("[targets\n", "web").contains("line 1"));
    assert!(said("[targets.web]\nunit = \"a\"\nneeds = [\"fly\"]\n", "web").contains("fly"));
}
