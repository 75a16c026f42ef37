/*
 * url.c
 *		Where the key may be sent, and through what.
 */
#include "postgres.h"

#include "http/url.h"
#include "unit.h"

#define NO_URL	"It is not a URL."
#define USER	"It contains a user name or password."
#define QUERY	"It contains a query or a fragment."
#define VERSION "It ends with a version."
#define SCHEME	"Its scheme is neither https nor http."
#define PLAIN	"It would send the API key without encryption."

/* Base URLs and what is wrong with them; NULL: nothing. */
static const struct
{
	const char *url;
	const char *problem;
}			bases[] =

{
	{"https://api.rootfi.dev", NULL}, {"https://api.rootfi.dev/", NULL},
	{"HTTPS://API.rootfi.dev", NULL}, {"https://api.rootfi.dev:8443/a/b", NULL},
	{"https://10.0.0.1", NULL}, {"https://[::1]:8080", NULL}, {"https://a/v", NULL},
	{"https://a/4", NULL}, {"https://a/v4/b", NULL}, {"https://a/v4b", NULL},
	{"https://a/rev4", NULL},
	/* this machine, however it is written */
	{"http://localhost", NULL}, {"http://LOCALHOST:8080/a", NULL}, {"http://127.0.0.1:1", NULL},
	{"http://127.255.255.254", NULL}, {"http://127.1", NULL}, {"http://0x7f.0.0.1", NULL},
	{"http://2130706433", NULL}, {"http://0177.0.0.1", NULL}, {"http://[::1]", NULL},
	{"http://[0:0:0:0:0:0:0:1]:80", NULL},
	/* others that look like it */
	{"http://api.rootfi.dev", PLAIN}, {"http://128.0.0.1", PLAIN}, {"http://10.0.0.1", PLAIN},
	{"http://0.0.0.0", PLAIN}, {"http://localhost.example.com", PLAIN},
	{"http://localhost.", PLAIN}, {"http://127.0.0.1.example.com", PLAIN},
	{"http://[::2]", PLAIN}, {"http://[::ffff:10.0.0.1]", PLAIN}, {"http://[::]", PLAIN},
	{"http://xlocalhost", PLAIN}, {"http://2130706432:80/127.0.0.1", NULL},
	{"http://2147483649", PLAIN},
	/* what does not belong into it */
	{"https://user@a", USER}, {"https://user:secret@a", USER}, {"https://:secret@a", USER},
	{"http://localhost@example.com", USER}, {"https://a?b=c", QUERY}, {"https://a/?b", QUERY},
	{"https://a#b", QUERY}, {"https://a/v4", VERSION}, {"https://a/v4/", VERSION},
	{"https://a/v4//", VERSION}, {"https://a/b/v12", VERSION},
	{"ftp://a", SCHEME}, {"file://localhost/etc/passwd", SCHEME}, {"gopher://127.0.0.1", SCHEME},
	/* what is none */
	{"", NO_URL}, {"a", NO_URL}, {"api.rootfi.dev", NO_URL}, {"//api.rootfi.dev", NO_URL},
	{"https:", NO_URL}, {"https://", NO_URL}, {"https:/a", NO_URL}, {"https:///a", NO_URL},
	{"https:a", NO_URL}, {"https://a b", NO_URL}, {"https://a\nb", NO_URL}, {"https://a:b", NO_URL},
	{"https://a:99999", NO_URL}, {"https://[::1", NO_URL}, {" https://a", NO_URL},
};

/* Proxies: what is wrong begins with this; NULL: nothing. */
static const struct
{
	const char *url;
	const char *problem;
}			proxies[] =

{
	{"http://proxy.example.com:3128", NULL}, {"https://proxy.example.com", NULL},
	{"proxy.example.com:3128", NULL}, {"10.0.0.1:3128", NULL}, {"socks4://a", NULL},
	{"socks4a://a", NULL}, {"socks5://a:1080", NULL}, {"socks5h://a", NULL}, {"SOCKS5H://a", NULL},
	{"ftp://a", "Its scheme"}, {"socks://a", "Its scheme"}, {"socks6://a", "Its scheme"},
	{"file:///a", "It is not"}, {"ftp.example.com", "Its scheme"},
	{"http://user@a", "It contains"}, {"http://user:secret@a", "It contains"},
	{"user:secret@a:3128", "It contains"}, {"a/@", "It contains"},
	{"", "It is not"}, {"http://", "It is not"}, {"http://a b", "It is not"}, {"a:b", "It is not"},
	{"http://a:99999", "It is not"},
};

/* All tables of URLs. */
void
test_url(void)
{
	const char *hint;
	bool		secret;

	for (int i = 0; i < lengthof(bases); i++)
	{
		const char *problem = rootfi_url_problem(bases[i].url, &hint, &secret);

		same(problem, bases[i].problem, "url: %s", shown(bases[i].url));
		ok(secret == (strchr(bases[i].url, '@') != NULL) && hint != NULL,
		   "url: %s is %s", shown(bases[i].url), secret ? "not shown" : "shown");
		if (problem == NULL)
			ok(rootfi_url_is_plain(bases[i].url) ==
			   (pg_strncasecmp(bases[i].url, "https:", 6) != 0),
			   "url: %s is encrypted or not", bases[i].url);
	}
	for (int i = 0; i < lengthof(proxies); i++)
	{
		const char *problem = rootfi_proxy_problem(proxies[i].url, &hint, &secret);
		const char *expected = proxies[i].problem;

		same(problem && expected ? pnstrdup(problem, strlen(expected)) : problem,
			 expected, "url: proxy %s", shown(proxies[i].url));
		ok(secret == (strchr(proxies[i].url, '@') != NULL) && hint != NULL,
		   "url: proxy %s is %s", shown(proxies[i].url), secret ? "not shown" : "shown");
	}
}
