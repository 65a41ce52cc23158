//! Passwords made of pieces and of every character that URLs give a meaning, in every form: no piece may show.

use crate::harness::Case;

const PIECES: &[&str] = &["Kwoxj", "Vybqz", "Jhfrg", "8X4Q7"];
const RAW: &[&str] = &[
    "@", "/", ":", "?", "#", "[", "]", "%", "&", "=", " ", ",", "'", "\"", "\\", "$", "://", "%4", "@/", "/@", "?a=", "${", "}", "+", ";",
];
const FORMS: &[&str] = &[
    "postgresql://app:{}@db.internal:5432/shop",
    "postgresql://app:{}@db.internal/shop?sslmode=require",
    "postgresql://app:{}@db.internal/shop?sslmode=require&application_name=me@here",
    "postgresql://app:{}@db1:5432,db2:5433/shop",
    "postgresql://app:{}@[::1]:5432/shop",
    "postgres://app:{}@db.internal",
    "postgresql+psycopg2://app:{}@db.internal:5432/shop",
    "postgresql+asyncpg://app:{}@db.internal:5432/shop?ssl=require",
    "postgis://app:{}@db.internal:5432/shop",
    "POSTGRESQL://app:{}@db.internal:5432/shop",
    "mysql://app:{}@db.internal:5432/shop",
    "app:{}@db.internal:5432/shop",
    "\"postgresql://app:{}@db.internal:5432/shop\"",
    "host=db.internal user=app password={} dbname=shop",
    "host=db.internal user=app password='{}' dbname=shop",
    "jdbc:postgresql://db.internal/shop?user=app&password={}",
    "postgresql://db.internal/shop?user=app&password={}&sslmode=require",
];

#[test]
fn no_piece_of_a_password_shows_in_any_form() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).expect("31 bits fit") % limit
    };
    for form in FORMS {
        for _ in 0..400 {
            let mut password = PIECES[below(PIECES.len())].to_owned();
            for _ in 0..=below(2) {
                password.push_str(RAW[below(RAW.len())]);
                password.push_str(PIECES[below(PIECES.len())]);
            }
            let text = form.replace("{}", &password);
            let case = PIECES
                .iter()
                .fold(Case::environment(&[("DATABASE_URL", &text)]), |case, piece| case.secret(piece));
            let shown = std::panic::catch_unwind(|| case.run());
            assert!(shown.is_ok(), "{text}");
        }
    }
}
