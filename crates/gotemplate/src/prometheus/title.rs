//! Large and small letters.

/// Every character as its large one, where it has exactly one.
pub(super) fn upper(text: &str) -> String {
    text.chars()
        .map(|char| {
            let mut upper = char.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(one), None) => one,
                _ => char,
            }
        })
        .collect()
}

/// Every character as its small one.
pub(super) fn lower(text: &str) -> String {
    let one = |char: char| char.to_lowercase().next().unwrap_or(char);
    text.chars().map(one).collect()
}

/// The first letter of every word as a large one; the others stay.
pub(super) fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    let mut after_middle = false;
    for char in text.chars() {
        let middle = is_middle(char);
        if after_middle && middle {
            inside = false;
        }
        if char.is_lowercase() || char.is_uppercase() || is_title(char) {
            if inside {
                out.push(char);
            } else {
                push_title(&mut out, char);
            }
            inside = true;
        } else {
            out.push(char);
            inside &= middle || !is_break(char);
        }
        after_middle = middle;
    }
    out
}

/// A sign that belongs to the word when it stands alone between letters.
fn is_middle(char: char) -> bool {
    matches!(
        char,
        '\'' | '.' | ':' | '\u{b7}' | '\u{387}' | '\u{5f4}' | '\u{2018}' | '\u{2019}' | '\u{2024}' | '\u{2027}'
    )
}

/// What ends a word: neither a digit, nor a letter without case, nor a mark, nor a connector such as `_`.
fn is_break(char: char) -> bool {
    !(char.is_alphanumeric() || char == '_' || matches!(char, '\u{300}'..='\u{36f}' | '‿' | '⁀' | '\u{200d}' | '\u{ad}'))
}

/// A letter that is large in its first half only.
fn is_title(char: char) -> bool {
    matches!(char, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ')
}

fn push_title(out: &mut String, char: char) {
    match char {
        'Ǆ' | 'ǆ' => out.push('ǅ'),
        'Ǉ' | 'ǉ' => out.push('ǈ'),
        'Ǌ' | 'ǌ' => out.push('ǋ'),
        'Ǳ' | 'ǳ' => out.push('ǲ'),
        _ if is_title(char) => out.push(char),
        _ => {
            let mut upper = char.to_uppercase();
            out.extend(upper.next());
            // `ß` begins a word as `Ss`.
            out.extend(upper.flat_map(char::to_lowercase));
        }
    }
}
