/*
 * options.c -- the command line
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "options.h"

typedef enum OptionKind
{
	OPTION_NUMBER,
	OPTION_TEXT,
	OPTION_FLAG,
	OPTION_HELP,
	OPTION_VERSION
} OptionKind;

/* An option, where it goes, and what --help says of it. */
typedef struct Option
{
	const char *name;
	OptionKind	kind;
	size_t		offset;			/* in Options */
	int64_t		min;
	int64_t		max;
	const char *argument;
	const char *help;
} Option;

#define NUMBER(field, min, max) \
	OPTION_NUMBER, offsetof(Options, field), min, max
#define TEXT(field)	OPTION_TEXT, offsetof(Options, field), 0, 0
#define FLAG(field)	OPTION_FLAG, offsetof(Options, field), 0, 0

static const Option options_known[] = {
	{"port", NUMBER(port, 0, 65535), "N",
	"port to listen on (default 0: any free one)"},
	{"address", TEXT(address), "ADDRESS",
	"loopback address to listen on (default 127.0.0.1)"},
	{"key", TEXT(key), "KEY", "the valid API key (default sandbox-key)"},
	{"seed", NUMBER(seed, 0, INT32_MAX), "N",
	"what the data is made from (default 1)"},
	{"companies", NUMBER(companies, 1, 10000), "N",
	"number of companies, 1089 being the first (default 2)"},
	{"orders", NUMBER(orders, 0, 10000000), "N",
	"orders per company (default 100)"},
	{"page-limit", NUMBER(page_limit, 1, 1000000), "N",
	"largest page a list gives (default 500)"},
	{"latency", NUMBER(latency, 0, 3600000), "MS",
	"wait that long before each answer (default 0)"},
	{"rate-limit", NUMBER(rate_limit, 0, INT32_MAX), "N",
	"refuse more requests than that in a window (default 0: never)"},
	{"rate-window", NUMBER(rate_window, 1, 86400), "SECONDS",
	"length of the window (default 60)"},
	{"tls-cert", TEXT(tls_cert), "FILE", "serve https with this certificate"},
	{"tls-key", TEXT(tls_key), "FILE", "and this private key"},
	{"log", TEXT(log), "FILE",
	"log requests as JSON lines, - being stderr (default: no log)"},
	{"journal", NUMBER(journal, 1, 10000000), "N",
	"requests kept for /_sandbox/requests (default 20000)"},
	{"stop-on-stdin-eof", FLAG(stop_on_stdin_eof), NULL,
	"stop when standard input ends"},
	{"help", OPTION_HELP, 0, 0, 0, NULL, "show this text"},
	{"version", OPTION_VERSION, 0, 0, 0, NULL, "show the version"},
};

static const Options options_default = {
	.address = "127.0.0.1",
	.key = "sandbox-key",
	.seed = 1,
	.companies = 2,
	.orders = 100,
	.page_limit = 500,
	.rate_window = 60,
	.journal = 20000
};

/*
 * Complain and end the program.
 */
static void
options_refuse(const char *what, const char *value, const char *why)
{
	fprintf(stderr, "rootfi-sandbox: invalid value for --%s: \"%s\"\n"
			"%s\n", what, value, why);
	exit(2);
}

static void
options_help(void)
{
	char		name[40];

	printf("rootfi-sandbox is a RootFi API server for tests and "
		   "development.\n\nUsage: rootfi-sandbox [OPTION]...\n\n"
		   "It prints the port that it listens on, and serves until it is "
		   "told to stop.\n\n");
	for (size_t i = 0; i < COUNT_OF(options_known); i++)
	{
		const Option *option = &options_known[i];

		snprintf(name, sizeof(name), "--%s%s%s", option->name,
				 option->argument ? " " : "",
				 option->argument ? option->argument : "");
		printf("  %-24s %s\n", name, option->help);
	}
}

static void
options_number(const Option *option, const char *text, int64_t *value)
{
	char		why[80];
	char	   *end;

	*value = strtoll(text, &end, 10);
	if (*text != '\0' && *end == '\0' &&
		*value >= option->min && *value <= option->max)
		return;
	snprintf(why, sizeof(why), "It must be a number from %lld to %lld.",
			 (long long) option->min, (long long) option->max);
	options_refuse(option->name, text, why);
}

/*
 * Take one option.
 */
static void
options_set(Options *options, const Option *option, const char *text)
{
	void	   *place = (char *) options + option->offset;

	switch (option->kind)
	{
		case OPTION_NUMBER:
			options_number(option, text, place);
			break;
		case OPTION_TEXT:
			*(const char **) place = text;
			break;
		case OPTION_FLAG:
			*(bool *) place = true;
			break;
		case OPTION_HELP:
			options_help();
			exit(0);
		case OPTION_VERSION:
			printf("rootfi-sandbox %s\n", SANDBOX_VERSION);
			exit(0);
	}
}

/*
 * Nobody but this machine may reach the sandbox: its data is made up, but so
 * is its security.
 */
static void
options_check(const Options *options)
{
	struct in_addr v4;
	struct in6_addr v6;
	bool		loopback = false;

	if (inet_pton(AF_INET, options->address, &v4) == 1)
		loopback = ntohl(v4.s_addr) >> 24 == 127;
	else if (inet_pton(AF_INET6, options->address, &v6) == 1)
		loopback = IN6_IS_ADDR_LOOPBACK(&v6);
	if (!loopback)
		options_refuse("address", options->address,
					   "It must be a loopback address: 127.0.0.1 or ::1.");
	if (*options->key == '\0')
		options_refuse("key", options->key, "It must not be empty.");
	if ((options->tls_cert == NULL) != (options->tls_key == NULL))
	{
		fprintf(stderr, "rootfi-sandbox: --tls-cert and --tls-key go "
				"together\n");
		exit(2);
	}
}

/*
 * Read the command line; ends the program when it is wrong.
 */
void
options_read(Options *options, int argc, char **argv)
{
	struct option known[COUNT_OF(options_known) + 1] = {0};
	int			index;
	int			c;

	for (size_t i = 0; i < COUNT_OF(options_known); i++)
	{
		known[i].name = options_known[i].name;
		known[i].has_arg = options_known[i].argument != NULL;
	}
	*options = options_default;
	while ((c = getopt_long(argc, argv, "", known, &index)) == 0)
		options_set(options, &options_known[index], optarg);
	if (c == -1 && optind < argc)
		fprintf(stderr, "rootfi-sandbox: too many arguments: \"%s\"\n",
				argv[optind]);
	if (c != -1 || optind < argc)
	{
		fprintf(stderr, "Try \"rootfi-sandbox --help\".\n");
		exit(2);
	}
	options_check(options);
}
