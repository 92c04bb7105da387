# Watches over one private PostgreSQL server, started by gatediff as
#   sh RUN/supervisor RUN DATA LOG BIN DURABILITY SERVER_OPTION...
# where DURABILITY is `durable` or `throwaway`.
# It initialises DATA if that is needed, runs the server, and waits for its own
# standard input to close. That happens when gatediff stops, however it stops:
# even a SIGKILL closes a pipe. Then the server goes, and RUN with it.
#
# Standard error is the locked marker file: the lock is free only once both
# gatediff and this script are gone. What the server runs must not inherit it.

trap '' HUP INT TERM
umask 077
run=$1 data=$2 log=$3 bin=$4 durability=$5
shift 5
exec 3<&0 </dev/null

broken=
if [ ! -e "$data/PG_VERSION" ]; then
    # Renamed when complete, so a half-made directory is never taken for a good one.
    rm -rf "$data.new"
    no_sync=--no-sync
    [ "$durability" = durable ] && no_sync=
    if ! {
        "$bin/initdb" -D "$data.new" -U postgres -A trust -E UTF8 --locale=C \
            $no_sync >"$run/initdb.log" 2>&1 3<&- &&
            mv "$data.new" "$data"
    }; then
        broken=initdb
        echo initdb-failed >"$run/state"
    fi
fi

pause() {
    sleep 0.02 2>/dev/null || sleep 1
}

pid=
if [ -z "$broken" ]; then
    (
        "$bin/postgres" -D "$data" "$@" >>"$log" 2>&1 &
        echo $! >"$run/server.pid"
        wait $!
        echo "exited $?" >"$run/state"
    ) 3<&- &
    tries=0
    while [ ! -s "$run/server.pid" ] && [ "$tries" -lt 500 ]; do
        tries=$((tries + 1))
        pause
    done
    read -r pid <"$run/server.pid"
fi

# Nothing is ever written to the pipe: this returns when its other end is closed.
read -r _ <&3

if [ -n "$pid" ]; then
    tries=0
    while [ ! -s "$run/state" ]; do
        tries=$((tries + 1))
        # Fast shutdown first. Repeated, as a server that has just been started
        # may not listen to signals yet. Then immediate, then by force.
        if [ "$tries" -lt 150 ]; then
            signal=INT
        elif [ "$tries" -lt 300 ]; then
            signal=QUIT
        else
            signal=KILL
        fi
        # No such process: it has ended, and somebody has removed its directory.
        kill -"$signal" "$pid" 2>/dev/null || break
        pause
    done
    wait
fi

# The marker goes last: should this be cut short, the rest is still known as ours.
cd /
rm -rf "$run/data"
rm -rf "$run"
