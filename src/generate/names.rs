//! Names of made-up persons, in the scripts and with the parts that each country writes.

use super::rng::Rng;
use super::words::NAMES;

/// Where a person's papers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Country {
    Cn,
    Hk,
    Mo,
    Tw,
    Sg,
    Th,
    My,
    Id,
    Ph,
    Vn,
    Jp,
    Kr,
    In,
    /// The rest of Asia: South, Central, West.
    Asia,
}

impl Country {
    /// Section of the word lists, and ISO 3166 code but for [`Country::Asia`].
    pub fn code(self) -> &'static str {
        match self {
            Self::Cn => "cn",
            Self::Hk => "hk",
            Self::Mo => "mo",
            Self::Tw => "tw",
            Self::Sg => "sg",
            Self::Th => "th",
            Self::My => "my",
            Self::Id => "id",
            Self::Ph => "ph",
            Self::Vn => "vn",
            Self::Jp => "jp",
            Self::Kr => "kr",
            Self::In => "in",
            Self::Asia => "asia",
        }
    }

    /// ISO 3166 alpha-3, as in machine-readable zones.
    pub fn alpha3(self) -> &'static str {
        match self {
            Self::Cn | Self::Hk | Self::Mo => "CHN",
            Self::Tw => "TWN",
            Self::Sg => "SGP",
            Self::Th => "THA",
            Self::My => "MYS",
            Self::Id => "IDN",
            Self::Ph => "PHL",
            Self::Vn => "VNM",
            Self::Jp => "JPN",
            Self::Kr => "KOR",
            Self::In => "IND",
            Self::Asia => "PAK",
        }
    }

    /// A mix like that of a service whose merchants are in all of Asia, mainland China first.
    pub fn any(r: &mut Rng) -> Self {
        use Country::*;
        r.one(&[
            Cn, Cn, Cn, Cn, Cn, Cn, Hk, Hk, Mo, Tw, Tw, Sg, Sg, Th, Th, My, My, Id, Id, Ph, Ph, Vn,
            Vn, Jp, Jp, Kr, Kr, In, In, Asia,
        ])
    }
}

/// A person's name in the forms in which a log may show it.
#[derive(Clone, Debug)]
pub struct Name {
    /// The first writing: in the country's own script where it has one.
    pub full: String,
    /// In Latin letters, given on passports; equal to `full` where the country writes Latin.
    pub latin: String,
    /// Surname in Latin letters, for machine-readable zones; may be empty (people with one name).
    pub family: String,
    /// Given names in Latin letters.
    pub given: String,
}

fn word(r: &mut Rng, section: &str) -> &'static str {
    r.pick(NAMES.get(section))
}

impl Name {
    /// A name whose Latin form has its surname first or last.
    fn western(given: String, family: String) -> Self {
        let full = format!("{given} {family}");
        Self {
            latin: full.clone(),
            full,
            family,
            given,
        }
    }

    fn eastern(family: String, given: String) -> Self {
        let full = format!("{family} {given}");
        Self {
            latin: full.clone(),
            full,
            family,
            given,
        }
    }

    fn with_native(mut self, native: String) -> Self {
        self.full = native;
        self
    }

    /// A name as people of the country have them.
    pub fn of(country: Country, r: &mut Rng) -> Self {
        match country {
            Country::Cn => chinese(r, "zh_surname", "zh_given"),
            Country::Tw => chinese(r, "zh_surname_tw", "zh_given_tw"),
            Country::Hk => {
                let name = Self::eastern(word(r, "hk_surname").into(), word(r, "hk_given").into());
                match r.below(3) {
                    0 => name.with_native(chinese(r, "zh_surname_tw", "zh_given_tw").full),
                    1 => {
                        let full = name.latin.to_uppercase();
                        name.with_native(full)
                    }
                    _ => name,
                }
            }
            Country::Mo if r.chance(0.5) => {
                Self::western(word(r, "pt_first").into(), word(r, "pt_last").into())
            }
            Country::Mo => chinese(r, "zh_surname_tw", "zh_given_tw"),
            Country::Sg => match r.below(3) {
                0 => Self::eastern(
                    word(r, "sg_surname").to_uppercase(),
                    word(r, "sg_given").to_uppercase(),
                ),
                1 => {
                    let (english, family, given) = (
                        word(r, "en_first"),
                        word(r, "sg_surname"),
                        word(r, "sg_given"),
                    );
                    Self::eastern(family.into(), format!("{given} {english}"))
                }
                _ => Self::western(
                    word(r, "in_first").into(),
                    format!("s/o {}", word(r, "in_last")),
                ),
            },
            Country::Th => Self::western("x".into(), "x".into())
                .latin_of(word(r, "th_latin"))
                .with_native(match r.below(3) {
                    0 => format!(
                        "{}{} {}",
                        r.pick(&["นาย", "นาง", "นางสาว"]),
                        word(r, "th_first"),
                        word(r, "th_last")
                    ),
                    _ => format!("{} {}", word(r, "th_first"), word(r, "th_last")),
                }),
            Country::My => match r.below(4) {
                0 => Self::eastern(word(r, "sg_surname").into(), word(r, "sg_given").into()),
                1 => Self::western(
                    format!("{} {}", word(r, "my_female"), word(r, "my_female")),
                    format!("binti {}", word(r, "my_last")),
                ),
                2 => Self::western(
                    word(r, "in_first").into(),
                    format!("a/l {}", word(r, "in_last")),
                ),
                _ => Self::western(
                    format!("{} {}", word(r, "my_male"), word(r, "my_male")),
                    format!("bin {}", word(r, "my_last")),
                ),
            },
            Country::Id => match r.below(4) {
                0 => {
                    let only = word(r, "id_first").to_owned();
                    Self {
                        full: only.clone(),
                        latin: only.clone(),
                        family: only,
                        given: String::new(),
                    }
                }
                1 => Self::western(
                    format!("{} {}", word(r, "id_first"), word(r, "id_first")),
                    word(r, "id_last").into(),
                ),
                _ => Self::western(word(r, "id_first").into(), word(r, "id_last").into()),
            },
            Country::Ph => {
                let (first, middle, last) =
                    (word(r, "ph_first"), word(r, "ph_last"), word(r, "ph_last"));
                let given = if r.chance(0.5) {
                    format!("{first} {}", word(r, "ph_first"))
                } else {
                    first.to_owned()
                };
                if r.chance(0.3) {
                    Self::western(given, format!("{middle} {last}"))
                } else {
                    Self::western(given, last.into())
                }
            }
            Country::Vn => {
                let (family, middle, given) = (
                    word(r, "vi_surname"),
                    word(r, "vi_middle"),
                    word(r, "vi_given"),
                );
                let full = format!("{family} {middle} {given}");
                let latin = strip_vietnamese(&full);
                let name = Self {
                    latin,
                    family: strip_vietnamese(family),
                    given: strip_vietnamese(&format!("{middle} {given}")),
                    full,
                };
                match r.below(4) {
                    0 => {
                        let upper = name.full.to_uppercase();
                        name.with_native(upper)
                    }
                    1 => {
                        let bare = name.latin.clone();
                        name.with_native(bare)
                    }
                    _ => name,
                }
            }
            Country::Jp => Self::western("x".into(), "x".into())
                .latin_of(word(r, "ja_latin"))
                .with_native(match r.below(5) {
                    0 => word(r, "ja_kana").to_owned(),
                    1 => format!("{}　{}", word(r, "ja_surname"), word(r, "ja_given")),
                    2 => format!("{} {}", word(r, "ja_surname"), word(r, "ja_given")),
                    _ => format!("{}{}", word(r, "ja_surname"), word(r, "ja_given")),
                }),
            Country::Kr => {
                let native = format!("{}{}", word(r, "ko_surname"), word(r, "ko_given"));
                Self::western("x".into(), "x".into())
                    .latin_of(word(r, "ko_latin"))
                    .with_native(native)
            }
            Country::In => {
                let name = Self::western(word(r, "in_first").into(), word(r, "in_last").into());
                if r.chance(0.15) {
                    name.with_native(word(r, "in_native").into())
                } else {
                    name
                }
            }
            Country::Asia => {
                let full = word(r, "asia_other").to_owned();
                let (given, family) = full.rsplit_once(' ').unwrap_or((&full, ""));
                Self {
                    family: family.into(),
                    given: given.into(),
                    latin: full.clone(),
                    full,
                }
            }
        }
    }

    /// Takes the Latin form from a list of `Family Given`.
    fn latin_of(mut self, latin: &str) -> Self {
        let (family, given) = latin.split_once(' ').unwrap_or((latin, ""));
        self.family = family.into();
        self.given = given.into();
        self.latin = latin.into();
        self
    }

    /// `FAMILY<<GIVEN<NAMES` in the alphabet of ICAO 9303.
    pub fn mrz(&self) -> String {
        let clean = |s: &str| {
            strip_vietnamese(s)
                .to_uppercase()
                .chars()
                .filter_map(|c| match c {
                    'A'..='Z' => Some(c),
                    'Á' | 'Ã' | 'Â' => Some('A'),
                    'É' => Some('E'),
                    'Í' => Some('I'),
                    'Ó' | 'Õ' => Some('O'),
                    'Ú' => Some('U'),
                    'Ç' => Some('C'),
                    ' ' | '-' => Some('<'),
                    _ => None,
                })
                .collect::<String>()
        };
        format!("{}<<{}", clean(&self.family), clean(&self.given))
    }
}

fn chinese(r: &mut Rng, surnames: &str, givens: &str) -> Name {
    let family = if r.chance(0.04) {
        word(r, "zh_compound")
    } else {
        word(r, surnames)
    };
    let mut given = String::from(word(r, givens));
    if r.chance(0.75) {
        given.push_str(word(r, givens));
    }
    Name::western("x".into(), "x".into())
        .latin_of(word(r, "zh_pinyin"))
        .with_native(format!("{family}{given}"))
}

/// Vietnamese without its marks, as machines often store it.
pub fn strip_vietnamese(s: &str) -> String {
    s.chars()
        .map(|c| match c {
            'à' | 'á' | 'ả' | 'ã' | 'ạ' | 'ă' | 'ằ' | 'ắ' | 'ẳ' | 'ẵ' | 'ặ' | 'â' | 'ầ' | 'ấ'
            | 'ẩ' | 'ẫ' | 'ậ' => 'a',
            'è' | 'é' | 'ẻ' | 'ẽ' | 'ẹ' | 'ê' | 'ề' | 'ế' | 'ể' | 'ễ' | 'ệ' => {
                'e'
            }
            'ì' | 'í' | 'ỉ' | 'ĩ' | 'ị' => 'i',
            'ò' | 'ó' | 'ỏ' | 'õ' | 'ọ' | 'ô' | 'ồ' | 'ố' | 'ổ' | 'ỗ' | 'ộ' | 'ơ' | 'ờ' | 'ớ'
            | 'ở' | 'ỡ' | 'ợ' => 'o',
            'ù' | 'ú' | 'ủ' | 'ũ' | 'ụ' | 'ư' | 'ừ' | 'ứ' | 'ử' | 'ữ' | 'ự' => {
                'u'
            }
            'ỳ' | 'ý' | 'ỷ' | 'ỹ' | 'ỵ' => 'y',
            'đ' => 'd',
            'Đ' => 'D',
            'Á' => 'A',
            'Ý' => 'Y',
            'ç' => 'c',
            c => c,
        })
        .collect()
}
