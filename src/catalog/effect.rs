//! Effects of a system type, a domain, a feature or a hack on the settings of a site, in order.

/// A value for a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// m4 text, expanded when it is used. It contains only `MAIL_SETTINGS_DIR` (with the empty quotes that end its name) and
    /// names of settings.
    Text(&'static str),
    /// The current value of a setting, or a default text, followed by more text.
    Setting {
        /// The setting.
        name: &'static str,
        /// The default text.
        otherwise: &'static str,
        /// The text appended to either.
        then: &'static str,
    },
    /// An argument, counted from 0 after the name of the feature or hack, with a default.
    Argument {
        /// The argument.
        index: usize,
        /// The value if the argument is missing or empty.
        otherwise: &'static Value,
    },
}

/// One effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Sets a setting.
    Define(&'static str, Value),
    /// Sets a setting unless it is set.
    DefineIfUnset(&'static str, Value),
    /// Appends text to a setting's value, which is empty if it is not set.
    Append(&'static str, &'static str),
    /// Applies these effects if the name is not defined.
    IfUnset(&'static str, &'static [Effect]),
    /// Unsets a setting.
    Undefine(&'static str),
    /// Defines a name as empty, only for `ifdef`.
    Marker(&'static str),
    /// Uses a feature without arguments.
    Feature(&'static str),
    /// Changes a mailer's flags like `MODIFY_MAILER_FLAGS`: the prefix of the setting's name, and the change.
    MailerFlags(&'static str, &'static str),
    /// Adds users to the class of those never masqueraded.
    ExposedUser(&'static str),
    /// Applies the effects of the system type with this name.
    System(&'static str),
    /// Adds raw lines like `LOCAL_CONFIG`, to which the following text of the site file is appended.
    LocalConfig(&'static str),
    /// Declares a mailer.
    Mailer(&'static str),
    /// Includes the site policy with this name.
    Domain(&'static str),
    /// Includes the hack with this name.
    Hack(&'static str),
    /// Prints a text on standard error: the code of the diagnostic, and the text.
    Print(&'static str, &'static str),
}
