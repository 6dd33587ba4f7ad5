//! What a system type, a domain, a feature or a hack does to the settings of a site, in order.

/// A value that an effect gives to a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// This m4 text, expanded when it is used. Only `MAIL_SETTINGS_DIR` (with the empty quotes that end its name) and
    /// names of settings occur in it.
    Text(&'static str),
    /// A setting's value at this moment, or the text if it is not set, and then some more text.
    Setting {
        /// The setting.
        name: &'static str,
        /// The text if it is not set.
        otherwise: &'static str,
        /// What is put after either.
        then: &'static str,
    },
    /// The argument of this number, counted from 0 after the name of the feature or hack, unless it is empty.
    Argument {
        /// The argument.
        index: usize,
        /// The value where it is missing or empty.
        otherwise: &'static Value,
    },
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Sets a setting, whatever it was.
    Define(&'static str, Value),
    /// Sets a setting that is not set.
    DefineIfUnset(&'static str, Value),
    /// Adds text to the end of a setting's value, which is empty if it is not set.
    Append(&'static str, &'static str),
    /// Does all of these if this name is not defined.
    IfUnset(&'static str, &'static [Effect]),
    /// Makes a setting unset.
    Undefine(&'static str),
    /// Defines a name, as nothing, for `ifdef` alone.
    Marker(&'static str),
    /// Uses a feature without arguments.
    Feature(&'static str),
    /// Changes a mailer's flags as `MODIFY_MAILER_FLAGS` does: the first part of the setting's name, and the change.
    MailerFlags(&'static str, &'static str),
    /// Puts users into the class of those never masqueraded.
    ExposedUser(&'static str),
    /// Does all that the system type of this name does.
    System(&'static str),
    /// Adds raw lines as `LOCAL_CONFIG` does, and leaves what follows in the site file there.
    LocalConfig(&'static str),
    /// Declares a mailer.
    Mailer(&'static str),
    /// Brings in the site policy of this name.
    Domain(&'static str),
    /// Brings in the hack of this name.
    Hack(&'static str),
    /// Prints this on standard error: the code of the diagnostic, and the text.
    Print(&'static str, &'static str),
}
