//! The command that installs PostgreSQL's server package.

/// Returns the command for this machine's distribution, or says it in words.
pub(super) fn install() -> String {
    let release = ["/etc/os-release", "/usr/lib/os-release"]
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok());
    command(&release.unwrap_or_default(), cfg!(target_os = "macos")).to_owned()
}

/// Chooses it by the fields `ID` and `ID_LIKE` of os-release.
fn command(release: &str, is_mac: bool) -> &'static str {
    let field = |name: &str| {
        let value = release.lines().find_map(|line| line.strip_prefix(name));
        value.unwrap_or_default().trim_matches(['"', '\'', ' '])
    };
    let families = format!("{} {}", field("ID="), field("ID_LIKE="));
    for family in families.split_whitespace() {
        match family {
            "debian" | "ubuntu" => return "apt-get install -y postgresql",
            "fedora" | "rhel" | "centos" => return "dnf install -y postgresql-server",
            "alpine" => return "apk add postgresql",
            "arch" => return "pacman -S postgresql",
            _ => {}
        }
    }
    if is_mac {
        return "brew install postgresql";
    }
    "install PostgreSQL's server package, or set GATEDIFF_PG_BIN to the directory of initdb and postgres"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distribution_has_its_command() {
        for (release, expected) in [
            (
                "NAME=\"Debian\"\nVERSION_ID=\"12\"\nID=debian\n",
                "apt-get install -y postgresql",
            ),
            (
                "ID=linuxmint\nID_LIKE=\"ubuntu debian\"",
                "apt-get install -y postgresql",
            ),
            (
                "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"",
                "dnf install -y postgresql-server",
            ),
            ("ID=fedora", "dnf install -y postgresql-server"),
            ("ID='alpine'", "apk add postgresql"),
            ("ID=arch", "pacman -S postgresql"),
        ] {
            assert_eq!(command(release, false), expected);
        }
        assert!(command("ID=void\nVARIANT_ID=debian", false).contains("GATEDIFF_PG_BIN"));
        assert_eq!(command("", true), "brew install postgresql");
    }
}
