//! Files of class members: what sendmail takes of their lines (op guide section 5.3).

use crate::{
    site::ClassFile,
    source::{SourceId, Span, Spanned},
};

/// The members that lines name. With the pattern `%[^\#]` sendmail takes all before a `#`; without one the first word of each
/// line that is no remark, and what stands behind that word is given, too, for it was meant to count.
pub fn members(file: &ClassFile, text: &str, id: SourceId) -> Vec<Spanned<String>> {
    let to_remark = file.text.trim_end().ends_with("%[^\\#]") || file.text.trim_end().ends_with("%[^#]");
    let mut members = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let whole = line.trim_end_matches(['\n', '\r']);
        let taken = match (to_remark, whole.starts_with('#')) {
            (_, true) => "",
            (true, false) => whole.split('#').next().unwrap_or_default().trim_end(),
            (false, false) => match whole.split_once('#') {
                // A remark behind the first word does not count either.
                Some((before, _)) if before.split_whitespace().count() == 1 => before.trim_end(),
                _ => whole.trim_end(),
            },
        };
        let lead = taken.len() - taken.trim_start().len();
        let member = taken.trim_start();
        if !member.is_empty() {
            let from = start + lead;
            members.push(Spanned::new(member.to_owned(), Span::new(id, from, from + member.len())));
        }
        start += line.len();
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn remarks_and_blank_lines_are_no_members() {
        let id = Sources::default().add("x", "");
        let of = |file: &str, text: &str| {
            let file = ClassFile { text: file.into() };
            members(&file, text, id).into_iter().map(|member| member.value).collect::<Vec<_>>()
        };
        assert_eq!(of("-o /etc/mail/x %[^\\#]", "# a\n\nb.example # c\r\n d\n"), ["b.example", "d"]);
        assert_eq!(of("/etc/mail/x", "# a\nb c\nd # e\n"), ["b c", "d"]);
    }
}
