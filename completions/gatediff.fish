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

complete -c gatediff -n "__fish_gatediff_needs_command" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_needs_command" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_needs_command" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_needs_command" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_needs_command" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_needs_command" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "demo" -d 'Start a private PostgreSQL with sample data and review a sample export on it'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "review" -d 'Review an import file in the terminal, against the target'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "plan" -d 'Compare an import file with the target and print it; change nothing'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "show" -d 'Print a saved plan, even one that the target has outrun; no database is asked'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "apply" -d 'Apply an import file: what is new, and what is chosen to be covered; or a saved plan'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "export" -d 'Write what stands in the target as an export file of the product, secrets included'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "validate" -d 'Check an import file by itself, without a database'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "history" -d 'List past jobs, or tell one in full'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "undo" -d 'Take a job back: restore every row that it touched, remove what it added'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "backup" -d 'Write the backup that a job kept'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "scope" -d 'API scopes: on a screen, or by the commands below'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "serve" -d 'Serve the import endpoints of Tyk\'s Dashboard and of SailPoint\'s sp-config over HTTP'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "init" -d 'Create or upgrade gatediff\'s own schema in the target'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "man" -d 'Print the manual page'
complete -c gatediff -n "__fish_gatediff_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l theme -d 'The theme: dark, light, mono, or one of your own' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l accessible -d 'For screen readers: no borders, no spinner, the cursor on the selected row'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l keep -d 'Keep the demo\'s database between runs'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l print-url -d 'Print the database\'s URL and serve it until interrupted'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand demo" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l format -d 'The file\'s format, where its content does not tell' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l include -d 'Only objects of this kind; may be given several times, and goes before --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l exclude -d 'No objects of this kind; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l id -d 'Of this kind only the object with this id; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l name -d 'Of this kind only the object with this name, exact in case; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l default-reference -d 'What references of this kind fall back to that resolve to nothing else: this object, or the only one of its kind; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l mapping -d 'A JSON list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values to replace before references are resolved; may be given several times' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l organisation -d 'Take what the file has of one organisation for that of another, by their ids, as in 5e9d…20=64a0…01; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l theme -d 'The theme: dark, light, mono, or one of your own' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l accessible -d 'For screen readers: no borders, no spinner, the cursor on the selected row'
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand review" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l format -d 'The file\'s format, where its content does not tell' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l include -d 'Only objects of this kind; may be given several times, and goes before --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l exclude -d 'No objects of this kind; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l id -d 'Of this kind only the object with this id; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l name -d 'Of this kind only the object with this name, exact in case; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l default-reference -d 'What references of this kind fall back to that resolve to nothing else: this object, or the only one of its kind; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l mapping -d 'A JSON list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values to replace before references are resolved; may be given several times' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l organisation -d 'Take what the file has of one organisation for that of another, by their ids, as in 5e9d…20=64a0…01; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l out -d 'Save the plan with its choices, to be applied later; - is standard output' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l cover -d 'Cover repeats: all, KIND, or KIND:KEY with * in KEY; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l skip -d 'Leave items out: KIND, or KIND:KEY with * in KEY; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l unchanged -d 'List unchanged items too, and references that were resolved'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l force -d 'Overwrite the file of --out'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l ignore-missing -d 'Import although objects are missing that the file refers to: digirunner leaves out links to missing APIs, tyk keeps what names a missing API or policy'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l ignore-lack-api -d 'The same as --ignore-missing'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand plan" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l unchanged -d 'List unchanged items too, and references that were resolved'
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand show" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l format -d 'The file\'s format, where its content does not tell' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l include -d 'Only objects of this kind; may be given several times, and goes before --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l exclude -d 'No objects of this kind; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l id -d 'Of this kind only the object with this id; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l name -d 'Of this kind only the object with this name, exact in case; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l default-reference -d 'What references of this kind fall back to that resolve to nothing else: this object, or the only one of its kind; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l mapping -d 'A JSON list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values to replace before references are resolved; may be given several times' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l organisation -d 'Take what the file has of one organisation for that of another, by their ids, as in 5e9d…20=64a0…01; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l file -d 'Where the import file of a saved plan is now, if it was moved' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l cover -d 'Cover repeats: all, KIND, or KIND:KEY with * in KEY; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l skip -d 'Leave items out: KIND, or KIND:KEY with * in KEY; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l confirm -d 'Confirm by the name of the target\'s database instead of being asked, in production too' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l ignore-missing -d 'Import although objects are missing that the file refers to: digirunner leaves out links to missing APIs, tyk keeps what names a missing API or policy'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l ignore-lack-api -d 'The same as --ignore-missing'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l rehearse -d 'Do everything on the target and roll it back: tells what would be refused'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l strict -d 'Write nothing, and exit with 4, if any item is blocked'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l no-backup -d 'Keep no backup. The journal, which undo works from, is kept all the same'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -s y -l yes -d 'Do not ask; not enough in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l accept-server-changes -d 'Go on where a trigger or rule of the target changes values that are not part of the plan, and list them in the receipt; else nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand apply" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l item -d 'Export this item and exactly what it needs; may be given several times. Without it, everything' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l client -d 'The same for a client (digirunner)' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l include -d 'Only objects of this kind; may be given several times, and goes before --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l exclude -d 'No objects of this kind; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l id -d 'Of this kind only the object with this id; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l name -d 'Of this kind only the object with this name, exact in case; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l out -d 'Where to write: a file, or a directory for the product\'s own name; - is standard output' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l format -d 'The product, where the target does not tell' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l force -d 'Overwrite the file if it is there'
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand export" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l format -d 'The file\'s format, where its content does not tell' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l include -d 'Only objects of this kind; may be given several times, and goes before --exclude' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l exclude -d 'No objects of this kind; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l id -d 'Of this kind only the object with this id; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l name -d 'Of this kind only the object with this name, exact in case; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l default-reference -d 'What references of this kind fall back to that resolve to nothing else: this object, or the only one of its kind; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l mapping -d 'A JSON list of {objectType, jsonPath, sourceValue, targetValue, enabled}: values to replace before references are resolved; may be given several times' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l organisation -d 'Take what the file has of one organisation for that of another, by their ids, as in 5e9d…20=64a0…01; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand validate" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l limit -d 'At most so many jobs, the newest ones' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand history" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l only -d 'Undo only these items: KIND, or KIND:KEY with * in KEY; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l confirm -d 'Confirm by the name of the target\'s database instead of being asked, in production too' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -s y -l yes -d 'Do not ask; not enough in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l accept-server-changes -d 'Go on where a trigger or rule of the target changes values that are not part of the plan, and list them in the receipt; else nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand undo" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l out -d 'The file to write; - or nothing is standard output' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l force -d 'Overwrite a file that is there already'
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand backup" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l theme -d 'The theme: dark, light, mono, or one of your own' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l accessible -d 'For screen readers: no borders, no spinner, the cursor on the selected row'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "list" -d 'List scopes, or those that are searched for'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "show" -d 'Show all there is to know about a scope'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "create" -d 'Create a scope'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "update" -d 'Change a scope; its holders follow'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "delete" -d 'Delete a scope that no client holds'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "give" -d 'Give a scope to clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "take" -d 'Take a scope away from clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "check" -d 'Look for what is wrong with the scopes of the target, and repair it'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and not __fish_seen_subcommand_from list show create update delete give take check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l authentication -d 'Only scopes with this authentication type; may be given several times, one is enough' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l level -d 'Only scopes of this security level' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l for -d 'Only scopes that this client can be given: of its level, and not held yet' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l sort -d 'What to sort by' -r -f -a "name\t''
alias\t''
level\t''
duration\t''
times\t''
apis\t''
holders\t''
created\t''"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l reverse -d 'The largest first'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l alias -d 'Its alias; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l description -d 'What it is for; \'\' for nothing' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l duration -d 'How long it is valid: AMOUNT with a unit s, m, H or d, such as 30d; 0 is without limit' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l times -d 'How often it may be authorized; 0 is without limit' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l level -d 'The id of its security level' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l authentication -d 'The id of an authentication type; may be given several times; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l api -d 'An API, or MODULE/* for all of a module; may be given several times; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l file -d 'A JSON file with all of it, as `scope show --output json` prints it; - is standard input. Options win over the file' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l confirm -d 'Confirm by the name of the target\'s database instead of being asked, in production too' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -s y -l yes -d 'Do not ask; not enough in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l accept-server-changes -d 'Go on where a trigger or rule of the target changes values that are not part of the plan, and list them in the receipt; else nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from create" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l name -d 'Its new name' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l alias -d 'Its alias; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l description -d 'What it is for; \'\' for nothing' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l duration -d 'How long it is valid: AMOUNT with a unit s, m, H or d, such as 30d; 0 is without limit' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l times -d 'How often it may be authorized; 0 is without limit' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l level -d 'The id of its security level' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l authentication -d 'The id of an authentication type; may be given several times; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l api -d 'An API, or MODULE/* for all of a module; may be given several times; \'\' for none' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l file -d 'A JSON file with all of it, as `scope show --output json` prints it; - is standard input. Options win over the file' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l add-api -d 'An API to add, or MODULE/* for all of a module; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l remove-api -d 'An API to remove, or MODULE/* for all of a module; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l add-authentication -d 'The id of an authentication type to add; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l remove-authentication -d 'The id of an authentication type to remove; may be given several times' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l confirm -d 'Confirm by the name of the target\'s database instead of being asked, in production too' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -s y -l yes -d 'Do not ask; not enough in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l accept-server-changes -d 'Go on where a trigger or rule of the target changes values that are not part of the plan, and list them in the receipt; else nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from update" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l confirm -d 'Confirm by the name of the target\'s database instead of being asked, in production too' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask; not enough in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l accept-server-changes -d 'Go on where a trigger or rule of the target changes values that are not part of the plan, and list them in the receipt; else nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from delete" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l confirm -d 'Confirm by the name of the target\'s database instead of being asked, in production too' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -s y -l yes -d 'Do not ask; not enough in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l accept-server-changes -d 'Go on where a trigger or rule of the target changes values that are not part of the plan, and list them in the receipt; else nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from give" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l confirm -d 'Confirm by the name of the target\'s database instead of being asked, in production too' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -s y -l yes -d 'Do not ask; not enough in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l accept-server-changes -d 'Go on where a trigger or rule of the target changes values that are not part of the plan, and list them in the receipt; else nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from take" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l only -d 'Only findings of this code; may be given several times' -r -f -a "stale-oauth-ids\t''
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
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l confirm -d 'Confirm by the name of the target\'s database instead of being asked, in production too' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l operator -d 'Who is recorded as the operator; the OS user by default' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l repair -d 'Repair what can be repaired safely'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -s y -l yes -d 'Do not ask; not enough in production'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l accept-server-changes -d 'Go on where a trigger or rule of the target changes values that are not part of the plan, and list them in the receipt; else nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "list" -d 'List scopes, or those that are searched for'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show all there is to know about a scope'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "create" -d 'Create a scope'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "update" -d 'Change a scope; its holders follow'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete a scope that no client holds'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "give" -d 'Give a scope to clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "take" -d 'Take a scope away from clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "check" -d 'Look for what is wrong with the scopes of the target, and repair it'
complete -c gatediff -n "__fish_gatediff_using_subcommand scope; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l listen -d 'The address and port to listen on; 127.0.0.1:3000, or what the configuration file says' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l admin-secret-file -d 'The file that holds the administrator\'s secret, of 16 characters or more; else GATEDIFF_ADMIN_SECRET, or the configuration file' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l max-body -d 'The longest body of a request that is read, in MiB' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l body-timeout -d 'Seconds that the body of a request may take to arrive' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l jobs -d 'How many jobs run at once; of those that write, one does at a time' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l queue -d 'How many more jobs wait for their turn before others are turned away' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l grace -d 'Seconds that running jobs are given when the server is told to stop' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l confirm -d 'The name of the target\'s database; needed if that is production' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l accept-server-changes -d 'Go on where a trigger or rule of the target changes values that are not part of the plan, and list them in the receipt; else nothing is written'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -f -a "hash-secret" -d 'Hash a client\'s secret, which is read from standard input, for the configuration file'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and not __fish_seen_subcommand_from hash-secret help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from hash-secret" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from help" -f -a "hash-secret" -d 'Hash a client\'s secret, which is read from standard input, for the configuration file'
complete -c gatediff -n "__fish_gatediff_using_subcommand serve; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l confirm -d 'Confirm by the name of the target\'s database instead of being asked, which is done in production only' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand init" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand completions" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l database-url -d 'The target: a URL or libpq keywords. Else that of --profile, else DATABASE_URL, else PGSERVICE, PGHOST, PGPORT, PGDATABASE, PGUSER, ~/.pgpass as for psql, else that of the profile `default`' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l profile -d 'Use a profile of the configuration file; its address goes before the shell\'s' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l connect-timeout -d 'Seconds to wait for the connection' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l lock-timeout -d 'Seconds to wait for a lock that somebody else holds' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l statement-timeout -d 'Seconds that one statement may take' -r
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l ledger -d 'Keep jobs, journal and backups in this local file, where the role may not create a schema in the target' -r -F
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l output -d 'What to print on stdout' -r -f -a "text\t'For people'
json\t'One JSON document, in every outcome'"
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l color -d 'When to use colour; auto also obeys NO_COLOR, CLICOLOR_FORCE and TERM' -r -f -a "auto\t'Where a terminal shows it'
always\t'Always'
never\t'Never'"
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -l ascii -d 'Use ASCII only, as where the locale is not UTF-8'
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c gatediff -n "__fish_gatediff_using_subcommand man" -s V -l version -d 'Print version'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "demo" -d 'Start a private PostgreSQL with sample data and review a sample export on it'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "review" -d 'Review an import file in the terminal, against the target'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "plan" -d 'Compare an import file with the target and print it; change nothing'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "show" -d 'Print a saved plan, even one that the target has outrun; no database is asked'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "apply" -d 'Apply an import file: what is new, and what is chosen to be covered; or a saved plan'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "export" -d 'Write what stands in the target as an export file of the product, secrets included'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "validate" -d 'Check an import file by itself, without a database'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "history" -d 'List past jobs, or tell one in full'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "undo" -d 'Take a job back: restore every row that it touched, remove what it added'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "backup" -d 'Write the backup that a job kept'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "scope" -d 'API scopes: on a screen, or by the commands below'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "serve" -d 'Serve the import endpoints of Tyk\'s Dashboard and of SailPoint\'s sp-config over HTTP'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "init" -d 'Create or upgrade gatediff\'s own schema in the target'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "man" -d 'Print the manual page'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and not __fish_seen_subcommand_from demo review plan show apply export validate history undo backup scope serve init completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "list" -d 'List scopes, or those that are searched for'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "show" -d 'Show all there is to know about a scope'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "create" -d 'Create a scope'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "update" -d 'Change a scope; its holders follow'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "delete" -d 'Delete a scope that no client holds'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "give" -d 'Give a scope to clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "take" -d 'Take a scope away from clients'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from scope" -f -a "check" -d 'Look for what is wrong with the scopes of the target, and repair it'
complete -c gatediff -n "__fish_gatediff_using_subcommand help; and __fish_seen_subcommand_from serve" -f -a "hash-secret" -d 'Hash a client\'s secret, which is read from standard input, for the configuration file'
