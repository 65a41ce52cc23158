//! Projects written for a test.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// A directory with these files, each under its path.
pub fn project(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (path, content) in files {
        write(directory.path(), path, content);
    }
    directory
}

/// Writes one file, its directories included.
pub fn write(root: &Path, path: &str, content: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, content).unwrap();
}

/// An `alembic.ini` for a script directory beside it.
pub const INI: &str = "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = .\n";

/// The smallest `env.py`.
pub const ENV: &str = "from alembic import context\ncontext.configure(url='postgresql://')\n";

/// A revision as Alembic's template writes it; the arguments are Python expressions.
pub fn revision(id: &str, down: &str, depends_on: &str, labels: &str) -> String {
    format!(
        "\"\"\"a change\n\nRevises: nothing that counts\n\"\"\"\nfrom typing import Sequence, Union\n\nfrom alembic import op\nimport sqlalchemy as sa\n\n\
         revision: str = {id}\ndown_revision: Union[str, Sequence[str], None] = {down}\nbranch_labels = {labels}\n\
         depends_on = {depends_on}\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    )
}

/// A small generator, so that made-up graphs are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        // Knuth's constants for a linear congruential generator; the high bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}
