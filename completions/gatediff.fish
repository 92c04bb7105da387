# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_gatediff_global_optspecs
    string join \n database-url= profile= connect-timeout= lock-timeout= statement-timeout= ledger= output= color= ascii h/help V/version
end

function __fish_gatediff_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_gatediff_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_gatediff_using_subcommand
    set -l cmd (__fish_gatediff_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c gatediff -n "__fish_gatediff_needs_command" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_needs_command" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_needs_command" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_needs_command" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_needs_command" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "demo" -d 'Start a private PostgreSQL with sample data and review a sample export on it'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "review" -d 'Review an import file against the target in the terminal; `gatediff` alone asks for both'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "plan" -d 'Compare an import file with the target and print the plan; change nothing'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "diff" -d 'Compare two sides both ways, files or databases, and print what differs; change nothing'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "show" -d 'Print a saved plan, even a stale one, without a database'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "apply" -d 'Apply an import file (new items, and those chosen with --cover) or a saved plan'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "export" -d 'Export the target in the product\'s own format, secrets included'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "validate" -d 'Validate an import file without a database'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "history" -d 'List past jobs, or show one in detail'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "targets" -d 'List the profiles: order, location, production mark, and the last job of each'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "undo" -d 'Undo a job: restore every row it changed, remove what it added'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "backup" -d 'Write the backup of a job'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "scope" -d 'Manage API scopes, on a screen or with the commands below'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "serve" -d 'Serve the import endpoints of Tyk\'s Dashboard and of SailPoint\'s sp-config over HTTP'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "init" -d 'Create or upgrade gatediff\'s own schema in the target'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "man" -d 'Print the manual page'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l theme -d 'Theme: dark, light, mono, or a custom one' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l accessible -d 'For screen readers: no borders, no spinner, the cursor on the selected row'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l keep -d 'Keep the demo database between runs'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l files -d 'Compare two files instead of a file with PostgreSQL; so is done where PostgreSQL\'s programs are missing and cannot be fetched'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l print-url -d 'Print the database\'s URL and serve it until interrupted'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l format -d 'Format of the file, if it cannot be detected' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l include -d 'Only objects of this kind; repeatable, takes precedence over --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l exclude -d 'Exclude objects of this kind; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l id -d 'For this kind, only the object with this id; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l name -d 'For this kind, only the object with this name (case-sensitive); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l default-reference -d 'Fallback for unresolved references of this kind: this object, or the only one of its kind; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l mapping -d 'JSON file with a list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values to replace before references are resolved; - for standard input; repeatable' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l values -d 'TOML file with [[values]]: values of the file to replace before it is compared, by kind, key and path, in addition to those of the profile; repeatable' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l organisation -d 'Map an organisation id in the file to another one, as in 5e9d…20=64a0…01; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l against -d 'Use this side as the target: a file in place of a database, - for standard input, a database URL, or the name of a profile. A name that is both: ./NAME is the file, profile:NAME the profile' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l target -d 'Target: a profile\'s name (may contain *) or a database URL, instead of --profile and --database-url; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l theme -d 'Theme: dark, light, mono, or a custom one' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l accessible -d 'For screen readers: no borders, no spinner, the cursor on the selected row'
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l format -d 'Format of the file, if it cannot be detected' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l include -d 'Only objects of this kind; repeatable, takes precedence over --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l exclude -d 'Exclude objects of this kind; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l id -d 'For this kind, only the object with this id; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l name -d 'For this kind, only the object with this name (case-sensitive); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l default-reference -d 'Fallback for unresolved references of this kind: this object, or the only one of its kind; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l mapping -d 'JSON file with a list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values to replace before references are resolved; - for standard input; repeatable' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l values -d 'TOML file with [[values]]: values of the file to replace before it is compared, by kind, key and path, in addition to those of the profile; repeatable' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l organisation -d 'Map an organisation id in the file to another one, as in 5e9d…20=64a0…01; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l against -d 'Use this side as the target: a file in place of a database, - for standard input, a database URL, or the name of a profile. A name that is both: ./NAME is the file, profile:NAME the profile' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l target -d 'Target: a profile\'s name (may contain *) or a database URL, instead of --profile and --database-url; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l out -d 'Save the plan with its choices, to apply later; - for standard output' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l cover -d 'Items to cover (overwrite): all, KIND, or KIND:KEY (KEY may contain *); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l skip -d 'Items to leave out: KIND, or KIND:KEY (KEY may contain *); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l unchanged -d 'Also list unchanged items and resolved references'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l both -d 'Also list the items that only the target has; an import never deletes them'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l force -d 'Overwrite an existing file'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l ignore-missing -d 'Import even if objects that the file refers to are missing: digirunner leaves out links to missing APIs, tyk keeps references to missing APIs and policies'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l ignore-lack-api -d 'Same as --ignore-missing'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l format -d 'Format of both sides, if it cannot be detected' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l unchanged -d 'Also list equal items'
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand diff" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l unchanged -d 'Also list unchanged items and resolved references'
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l format -d 'Format of the file, if it cannot be detected' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l include -d 'Only objects of this kind; repeatable, takes precedence over --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l exclude -d 'Exclude objects of this kind; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l id -d 'For this kind, only the object with this id; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l name -d 'For this kind, only the object with this name (case-sensitive); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l default-reference -d 'Fallback for unresolved references of this kind: this object, or the only one of its kind; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l mapping -d 'JSON file with a list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values to replace before references are resolved; - for standard input; repeatable' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l values -d 'TOML file with [[values]]: values of the file to replace before it is compared, by kind, key and path, in addition to those of the profile; repeatable' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l organisation -d 'Map an organisation id in the file to another one, as in 5e9d…20=64a0…01; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l against -d 'Use this side as the target: a file in place of a database, - for standard input, a database URL, or the name of a profile. A name that is both: ./NAME is the file, profile:NAME the profile' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l out -d 'Write the result to this file; required if the target is a file, which stays as it is; - for standard output' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l emit -d 'What the file of --out holds: import, what was chosen, for the product\'s own import; state, everything after the import' -r -f -a "import\t'What was chosen and what the product\'s reader needs beside it, for the product\'s own import'
state\t'Everything that the target has after the import'"
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l target -d 'Target: a profile\'s name (may contain *) or a database URL, instead of --profile and --database-url; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l file -d 'Current path of a saved plan\'s import file, if it was moved' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l cover -d 'Items to cover (overwrite): all, KIND, or KIND:KEY (KEY may contain *); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l skip -d 'Items to leave out: KIND, or KIND:KEY (KEY may contain *); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l confirm -d 'Name of the target database, to confirm without being asked, also in production; repeatable for several targets' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l force -d 'Overwrite an existing file'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l keep-going -d 'With several targets: go on with the next one if one fails'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l ignore-missing -d 'Import even if objects that the file refers to are missing: digirunner leaves out links to missing APIs, tyk keeps references to missing APIs and policies'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l ignore-lack-api -d 'Same as --ignore-missing'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l rehearse -d 'Run the import on the target, report what would be refused, and roll back'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l strict -d 'Write nothing, and exit with 4, if any item is blocked'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l no-backup -d 'Do not keep a backup; the journal used by undo is always kept'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l fix-counters -d 'Move counters of the target that are behind their rows, as after restoring a dump, in the same transaction (sequences: outside of it)'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -s y -l yes -d 'Do not ask for confirmation; not sufficient in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l accept-server-changes -d 'Continue if a trigger or rule of the target changes values outside the plan, and list them in the receipt; otherwise nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l item -d 'Export this item and exactly what it requires; repeatable. Default: everything' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l client -d 'Export this client and exactly what it requires; repeatable (digirunner)' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l include -d 'Only objects of this kind; repeatable, takes precedence over --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l exclude -d 'Exclude objects of this kind; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l id -d 'For this kind, only the object with this id; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l name -d 'For this kind, only the object with this name (case-sensitive); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l out -d 'Output path: a file, or a directory to use the product\'s own file name; - for standard output' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l format -d 'Product, if it cannot be detected from the target' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l force -d 'Overwrite an existing file'
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l format -d 'Format of the file, if it cannot be detected' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l include -d 'Only objects of this kind; repeatable, takes precedence over --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l exclude -d 'Exclude objects of this kind; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l id -d 'For this kind, only the object with this id; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l name -d 'For this kind, only the object with this name (case-sensitive); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l default-reference -d 'Fallback for unresolved references of this kind: this object, or the only one of its kind; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l mapping -d 'JSON file with a list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values to replace before references are resolved; - for standard input; repeatable' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l values -d 'TOML file with [[values]]: values of the file to replace before it is compared, by kind, key and path, in addition to those of the profile; repeatable' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l organisation -d 'Map an organisation id in the file to another one, as in 5e9d…20=64a0…01; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l limit -d 'Maximum number of jobs, newest first' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l against -d 'Use this side as the target: a file in place of a database, - for standard input, a database URL, or the name of a profile. A name that is both: ./NAME is the file, profile:NAME the profile' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand targets" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l only -d 'Undo only these items: KIND, or KIND:KEY (KEY may contain *); repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l against -d 'Use this side as the target: a file in place of a database, - for standard input, a database URL, or the name of a profile. A name that is both: ./NAME is the file, profile:NAME the profile' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l out -d 'Write the result to this file; required if the target is a file, which stays as it is; - for standard output' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l confirm -d 'Name of the target database, to confirm without being asked, also in production; repeatable for several targets' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l force -d 'Overwrite an existing file'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -s y -l yes -d 'Do not ask for confirmation; not sufficient in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l accept-server-changes -d 'Continue if a trigger or rule of the target changes values outside the plan, and list them in the receipt; otherwise nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l out -d 'Output file; default, or -: standard output' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l against -d 'Use this side as the target: a file in place of a database, - for standard input, a database URL, or the name of a profile. A name that is both: ./NAME is the file, profile:NAME the profile' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l force -d 'Overwrite an existing file'
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l theme -d 'Theme: dark, light, mono, or a custom one' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l accessible -d 'For screen readers: no borders, no spinner, the cursor on the selected row'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "list" -d 'List scopes, optionally filtered'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "show" -d 'Show a scope in detail'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "create" -d 'Create a scope'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "update" -d 'Update a scope, and with it the clients it is assigned to'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "delete" -d 'Delete a scope that is not assigned to any client'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "give" -d 'Give a scope to clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "take" -d 'Take a scope away from clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "check" -d 'Check the scopes of the target for problems, and repair them'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l authentication -d 'Only scopes with this authentication type; repeatable, one match is enough' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l level -d 'Only scopes of this security level' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l for -d 'Only scopes that can be given to this client: of its level and not assigned to it yet' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l sort -d 'Column to sort by' -r -f -a "name\t''
alias\t''
level\t''
duration\t''
times\t''
apis\t''
holders\t''
created\t''"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l reverse -d 'Reverse the order'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l alias -d 'Alias; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l description -d 'Description; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l duration -d 'Validity period: AMOUNT with a unit s, m, H or d, such as 30d; 0 for no limit' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l times -d 'Number of authorizations allowed; 0 for no limit' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l level -d 'Security level id' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l authentication -d 'Authentication type id; repeatable; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l api -d 'API, or MODULE/* for all APIs of a module; repeatable; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l file -d 'JSON file with the whole scope, as printed by `scope show --output json`; - for standard input. Options override the file' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l confirm -d 'Name of the target database, to confirm without being asked, also in production; repeatable for several targets' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l fix-counters -d 'Move counters of the target that are behind their rows, as after restoring a dump'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -s y -l yes -d 'Do not ask for confirmation; not sufficient in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l accept-server-changes -d 'Continue if a trigger or rule of the target changes values outside the plan, and list them in the receipt; otherwise nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l name -d 'New name' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l alias -d 'Alias; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l description -d 'Description; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l duration -d 'Validity period: AMOUNT with a unit s, m, H or d, such as 30d; 0 for no limit' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l times -d 'Number of authorizations allowed; 0 for no limit' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l level -d 'Security level id' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l authentication -d 'Authentication type id; repeatable; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l api -d 'API, or MODULE/* for all APIs of a module; repeatable; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l file -d 'JSON file with the whole scope, as printed by `scope show --output json`; - for standard input. Options override the file' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l add-api -d 'API to add, or MODULE/* for all APIs of a module; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l remove-api -d 'API to remove, or MODULE/* for all APIs of a module; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l add-authentication -d 'Authentication type id to add; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l remove-authentication -d 'Authentication type id to remove; repeatable' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l confirm -d 'Name of the target database, to confirm without being asked, also in production; repeatable for several targets' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l fix-counters -d 'Move counters of the target that are behind their rows, as after restoring a dump'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -s y -l yes -d 'Do not ask for confirmation; not sufficient in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l accept-server-changes -d 'Continue if a trigger or rule of the target changes values outside the plan, and list them in the receipt; otherwise nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l confirm -d 'Name of the target database, to confirm without being asked, also in production; repeatable for several targets' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask for confirmation; not sufficient in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l accept-server-changes -d 'Continue if a trigger or rule of the target changes values outside the plan, and list them in the receipt; otherwise nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l confirm -d 'Name of the target database, to confirm without being asked, also in production; repeatable for several targets' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -s y -l yes -d 'Do not ask for confirmation; not sufficient in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l accept-server-changes -d 'Continue if a trigger or rule of the target changes values outside the plan, and list them in the receipt; otherwise nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l confirm -d 'Name of the target database, to confirm without being asked, also in production; repeatable for several targets' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -s y -l yes -d 'Do not ask for confirmation; not sufficient in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l accept-server-changes -d 'Continue if a trigger or rule of the target changes values outside the plan, and list them in the receipt; otherwise nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l only -d 'Only findings of this code; repeatable' -r -f -a "stale-oauth-ids\t''
stray-hidden-groups\t''
lacking-hidden-groups\t''
held-scope-gone\t''
held-group-gone\t''
client-gone\t''
client-level-differs\t''
too-many-groups\t''
no-oauth-row\t''
level-gone\t''
name-twice\t''
alias-twice\t''
name-too-long\t''
negative-duration\t''
api-gone\t''
api-twice\t''
hidden-group-without-api\t''
hidden-group-without-scope\t''
hidden-group-without-owner\t''
hidden-group-unlinked\t''
hidden-group-of-two\t''
hidden-group-differs\t''
linked-scope-gone\t''
linked-group-gone\t''
plain-group-linked\t''
authentication-gone\t''
authentication-of-nothing\t''
api-of-nothing\t''"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l confirm -d 'Name of the target database, to confirm without being asked, also in production; repeatable for several targets' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l operator -d 'Name to record as the operator; default: the OS user' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l repair -d 'Repair what can be repaired safely'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -s y -l yes -d 'Do not ask for confirmation; not sufficient in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l accept-server-changes -d 'Continue if a trigger or rule of the target changes values outside the plan, and list them in the receipt; otherwise nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "list" -d 'List scopes, optionally filtered'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a scope in detail'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "create" -d 'Create a scope'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "update" -d 'Update a scope, and with it the clients it is assigned to'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete a scope that is not assigned to any client'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "give" -d 'Give a scope to clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "take" -d 'Take a scope away from clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check the scopes of the target for problems, and repair them'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l listen -d 'Address and port to listen on; default: the configuration file, else 127.0.0.1:3000' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l admin-secret-file -d 'File with the administrator\'s secret, at least 16 characters, - for standard input; default: GATEDIFF_ADMIN_SECRET, else the configuration file' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l token-key-file -d 'File with the keys that sign bearer tokens, one on each line: the first signs, all are accepted; default: the configuration file, else keys in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l max-body -d 'Maximum size of a request body, in MiB' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l body-timeout -d 'Seconds to wait for a request body' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l jobs -d 'Maximum number of concurrent jobs; only one writes at a time' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l queue -d 'Maximum number of queued jobs; further ones are rejected' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l grace -d 'Seconds until the server has ended on shutdown, whatever runs; jobs that do not finish in time are rolled back, at least a second is given' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l confirm -d 'Name of the target database; required in production' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l accept-server-changes -d 'Continue if a trigger or rule of the target changes values outside the plan, and list them in the receipt; otherwise nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -f -a "hash-secret" -d 'Read a client\'s secret from standard input and print its hash for the configuration file'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from help" -f -a "hash-secret" -d 'Read a client\'s secret from standard input and print its hash for the configuration file'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l confirm -d 'Name of the target database, to confirm without being asked (asked in production only)' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l database-url -d 'Target database: a URL or libpq keywords. Default: the address of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER and ~/.pgpass as in psql, else the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l profile -d 'Use a profile of the configuration file; its address takes precedence over the environment' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l lock-timeout -d 'Seconds to wait for a lock held by another session' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l statement-timeout -d 'Seconds one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l ledger -d 'Keep jobs, journal and backups in this local file instead of a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l output -d 'What to print on stdout' -r -f -a "text\t'Human-readable'
json\t'One JSON document, whatever the outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'If the terminal supports it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l ascii -d 'Use ASCII only; automatic if the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "demo" -d 'Start a private PostgreSQL with sample data and review a sample export on it'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "review" -d 'Review an import file against the target in the terminal; `gatediff` alone asks for both'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "plan" -d 'Compare an import file with the target and print the plan; change nothing'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "diff" -d 'Compare two sides both ways, files or databases, and print what differs; change nothing'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "show" -d 'Print a saved plan, even a stale one, without a database'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "apply" -d 'Apply an import file (new items, and those chosen with --cover) or a saved plan'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "export" -d 'Export the target in the product\'s own format, secrets included'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "validate" -d 'Validate an import file without a database'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "history" -d 'List past jobs, or show one in detail'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "targets" -d 'List the profiles: order, location, production mark, and the last job of each'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "undo" -d 'Undo a job: restore every row it changed, remove what it added'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "backup" -d 'Write the backup of a job'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "scope" -d 'Manage API scopes, on a screen or with the commands below'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "serve" -d 'Serve the import endpoints of Tyk\'s Dashboard and of SailPoint\'s sp-config over HTTP'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "init" -d 'Create or upgrade gatediff\'s own schema in the target'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "man" -d 'Print the manual page'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan diff show apply export validate history targets undo backup scope serve init completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "list" -d 'List scopes, optionally filtered'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "show" -d 'Show a scope in detail'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "create" -d 'Create a scope'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "update" -d 'Update a scope, and with it the clients it is assigned to'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "delete" -d 'Delete a scope that is not assigned to any client'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "give" -d 'Give a scope to clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "take" -d 'Take a scope away from clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "check" -d 'Check the scopes of the target for problems, and repair them'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from serve" -f -a "hash-secret" -d 'Read a client\'s secret from standard input and print its hash for the configuration file'
