"""The RootFi sandbox: starts it, drives it and stops it."""

import os
import subprocess

import requests

import measure

RESOURCE = "ecommerce/orders"
COMPANY = 1089

# the order that the documents show: its members have other names
SAMPLE = 157


def program():
    """The path of the server program."""
    here = os.path.dirname(os.path.abspath(__file__))
    beside = os.path.join(here, "..", "sandbox", "rootfi-sandbox")
    return os.environ.get("ROOTFI_SANDBOX") or os.path.normpath(beside)


class Sandbox:
    """A server with a number of orders in each of its companies.

    It ends with the program that started it, also when that is killed: its
    standard input is at its end then.
    """

    def __init__(self, orders, companies=1, page_limit=500, latency=0):
        """Starts it and waits until it listens."""
        self.key = os.environ.get("ROOTFI_SANDBOX_KEY") or "sandbox-key"
        self.companies = companies
        # one is lost below, but only of the first company
        self.orders = orders + 1 if companies == 1 else orders
        command = [program(), "--stop-on-stdin-eof", "--key", self.key,
                   "--orders", str(self.orders),
                   "--companies", str(companies),
                   "--page-limit", str(page_limit),
                   "--latency", str(latency), "--journal", "1000000"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        port = self.process.stdout.readline().decode().strip()
        if not port:
            raise RuntimeError("the sandbox did not start")
        self.url = "http://127.0.0.1:" + port
        self.lose_sample()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Stops it, by force when it takes longer than half a minute."""
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def control(self, method, name, data=None):
        """Sends a request to the sandbox itself."""
        answer = requests.request(method, f"{self.url}/_sandbox/{name}",
                                  json=data, timeout=300)
        answer.raise_for_status()
        return answer.json()

    def lose_sample(self):
        """Loses the one order that is not like the others."""
        if self.companies == 1:
            self.control("POST", "remove", {
                "resource": RESOURCE, "company_id": COMPANY,
                "rootfi_ids": [SAMPLE]})

    def reset(self):
        """Brings the data back to the start."""
        self.control("POST", "reset")
        self.lose_sample()

    def touch(self, count):
        """Changes some orders as somebody at the platform might."""
        answer = self.control("POST", "touch", {
            "resource": RESOURCE, "company_id": COMPANY, "count": count})
        return len(answer["rootfi_ids"])

    def forget(self):
        """Forgets the requests so far."""
        self.control("DELETE", "requests")

    def requests(self):
        """The number of requests to the API since then."""
        return len(self.control("GET", "requests"))

    def connections(self):
        """How many connections have carried requests to the API."""
        return self.control("GET", "connections")["opened"]

    def cpu(self):
        """The processor time that it has used, in seconds."""
        return measure.used(self.process.pid)

    def path(self, page_size, company=COMPANY):
        """The list of a company's orders, as rootfi_sync() asks for it."""
        return (f"/v4/{RESOURCE}?limit={page_size}"
                f"&rootfi_company_id%5Beq%5D={company}"
                "&include_deleted_records=true"
                "&expand=line_items,addresses,fulfillments,transactions")
