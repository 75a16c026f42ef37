"""What a run costs: time, processor time of both sides, WAL and memory."""

import dataclasses
import os
import subprocess
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")

# the application name by which the backends of a run are known
NAME = "contestant"

# the seconds after which a run is given up
LIMIT = 1800


@dataclasses.dataclass
class Cost:
    """What one run has cost."""

    seconds: float = 0.0
    client: float = 0.0      # processor time of the programs, in seconds
    backend: float = 0.0     # that of their backends
    wal: int = 0             # bytes
    memory: float = 0.0      # of a backend's own, MB above that of an idle one
    requests: int = 0


def private_memory(pid):
    """The private memory of a process in kB, 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def state(pid):
    """The fields of a process's state that follow its name."""
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()


def parent(pid):
    """The parent of a process."""
    return int(state(pid)[1])


def used(pid):
    """The processor time that a process has used, in seconds."""
    return sum(map(int, state(pid)[11:13])) / TICK


def reaped(pid):
    """That of the children that it has seen end."""
    return sum(map(int, state(pid)[13:15])) / TICK


def processor_times():
    """The processor time of the whole machine that was used, and that its
    host gave to others meanwhile, in ticks."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq, stolen = map(
            int, file.readline().split()[1:9])
    return user + nice + system + irq + softirq, stolen


class Sampler(threading.Thread):
    """Watches the memory of the backends of a run until it is stopped."""

    INTERVAL = 0.02

    def __init__(self, connection):
        """Watches by a connection that nobody else uses meanwhile."""
        super().__init__(daemon=True)
        self.cursor = connection.cursor()
        self.stopped = threading.Event()
        self.backends = set()
        self.peak = 0

    def find(self):
        """Looks for backends of the run."""
        self.cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = %s",
            (NAME,))
        self.backends.update(pid for (pid,) in self.cursor.fetchall())

    def run(self):
        """Samples; asks the server often at first, then twice a second."""
        samples = 0
        while True:
            if not self.backends or samples % 25 == 0:
                self.find()
            for pid in self.backends:
                self.peak = max(self.peak, private_memory(pid))
            samples += 1
            if self.stopped.wait(self.INTERVAL):
                break

    def stop(self):
        """Ends the sampling and waits, for a while, for the backends.

        When their directories are gone, their processor time is in that of
        the postmaster's children.
        """
        self.stopped.set()
        self.join()
        self.find()
        end = time.monotonic() + 10
        while any(os.path.exists(f"/proc/{pid}") for pid in self.backends):
            if time.monotonic() > end:
                raise RuntimeError("the backend of a contestant stayed")
            time.sleep(0.005)


class Meter:
    """Measures runs against one server."""

    def __init__(self, connect):
        """Finds the postmaster; connect gives a new connection."""
        self.connection = connect()
        self.cursor = self.connection.cursor()
        self.watcher = connect()
        self.cursor.execute("SELECT pg_backend_pid()")
        self.postmaster = parent(self.cursor.fetchone()[0])
        self.idle = self.idle_memory(connect)

    @staticmethod
    def idle_memory(connect):
        """The private memory of a backend that has done next to nothing."""
        connection = connect()
        cursor = connection.cursor()
        cursor.execute("SELECT pg_backend_pid()")
        memory = private_memory(cursor.fetchone()[0])
        connection.close()
        return memory

    def close(self):
        """Leaves the server."""
        self.connection.close()
        self.watcher.close()

    def position(self):
        """The end of the WAL, in bytes."""
        self.cursor.execute("SELECT pg_current_wal_insert_lsn() - '0/0'")
        return int(self.cursor.fetchone()[0])

    def run(self, *commands, env=None, sandbox=None):
        """Runs programs side by side, to their end.

        What others have left to be written is written before.
        """
        cost = Cost()
        self.cursor.execute("CHECKPOINT")
        if sandbox:
            sandbox.forget()
        cost.wal -= self.position()
        cost.backend -= reaped(self.postmaster)
        sampler = Sampler(self.watcher)
        sampler.start()
        try:
            execute(commands, dict(env or os.environ, PGAPPNAME=NAME), cost)
        finally:
            sampler.stop()
        cost.backend += reaped(self.postmaster)
        cost.wal += self.position()
        cost.memory = max(0, sampler.peak - self.idle) / 1024
        cost.requests = sandbox.requests() if sandbox else 0
        return cost


def execute(commands, env, cost):
    """Runs programs side by side; adds time and processor time to a cost."""
    begin = time.perf_counter()
    processes = [subprocess.Popen(
        command, env=env, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for command in commands]
    watchdog = threading.Timer(LIMIT, kill, [processes])
    watchdog.start()
    try:
        for process in processes:
            finish(process, cost)
        cost.seconds = time.perf_counter() - begin
    finally:
        watchdog.cancel()
        kill(processes)


def finish(process, cost):
    """Waits for a program, which must succeed; adds what it has used."""
    # they print little: no pipe is filled while another is read
    output = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cost.client += usage.ru_utime + usage.ru_stime
    if process.returncode != 0:
        raise RuntimeError(f"{process.args[0]} ended with status"
                           f" {process.returncode}:\n{output}")


def kill(processes):
    """Ends those programs that have not ended."""
    for process in processes:
        if process.returncode is None:
            process.kill()
