/*
 * url.c
 *		Where calls may go: base URLs and proxies.
 *
 * A URL is judged by what libcurl reads in it, as it is libcurl that goes
 * there: it turns every way to write an IPv4 address (127.1, 0x7f.0.0.1,
 * 2130706433) into the one that inet_pton() reads.  What inet_pton() does not
 * read is a name, and may lead anywhere.
 */
#include "postgres.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include "http/url.h"

/* A URL taken apart.  The parts are palloc'd, NULL where absent. */
typedef struct UrlParts
{
	char	   *scheme;
	char	   *user;
	char	   *password;
	char	   *host;
	char	   *path;
} UrlParts;

/* Does the host lead to this machine?  libcurl knows localhost by itself. */
static bool
is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	char		inner[INET6_ADDRSTRLEN];
	size_t		len = strlen(host);

	if (pg_strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (len < 3 || host[0] != '[' || len - 2 >= sizeof(inner))
		return false;
	strlcpy(inner, host + 1, len - 1);
	return inet_pton(AF_INET6, inner, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* One part of a parsed URL as a palloc'd string, NULL when absent. */
static char *
url_part(CURLU *url, CURLUPart part)
{
	char	   *text;
	char	   *result;

	if (curl_url_get(url, part, &text, 0) != CURLUE_OK)
		return NULL;
	result = pstrdup(text);
	curl_free(text);
	return result;
}

/* Takes a URL apart; false if it is none.  Flags are libcurl's. */
static bool
take_apart(const char *value, unsigned flags, UrlParts *parts)
{
	CURLU	   *url = curl_url();
	bool		valid;

	if (url == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
						errmsg("out of memory")));
	valid = curl_url_set(url, CURLUPART_URL, value,
						 CURLU_NON_SUPPORT_SCHEME | flags) == CURLUE_OK;
	if (valid)
	{
		parts->scheme = url_part(url, CURLUPART_SCHEME);
		parts->user = url_part(url, CURLUPART_USER);
		parts->password = url_part(url, CURLUPART_PASSWORD);
		parts->host = url_part(url, CURLUPART_HOST);
		parts->path = url_part(url, CURLUPART_PATH);
	}
	curl_url_cleanup(url);
	return valid;
}

/* The version that a path ends with, as "/v4"; NULL for none. */
static char *
version_of(const char *path)
{
	size_t		len = path ? strlen(path) : 0;
	size_t		start;

	while (len > 0 && path[len - 1] == '/')
		len--;
	for (start = len; start > 0 && isdigit((unsigned char) path[start - 1]);)
		start--;
	if (start == len || start < 2 || path[start - 1] != 'v' ||
		path[start - 2] != '/')
		return NULL;
	return pnstrdup(path + start - 2, len - start + 2);
}

/*
 * Why the text is no base URL, or NULL when it is one: https, or http to a
 * loopback address; no query, no user, no version.  *hint says how to mend it,
 * *secret whether the text may hold a password and is not to be shown.
 */
const char *
rootfi_url_problem(const char *value, const char **hint, bool *secret)
{
	UrlParts	parts;

	*secret = strchr(value, '@') != NULL;
	*hint = "Write it like \"https://api.rootfi.dev\".";
	/* libcurl forgives one slash or three; paths are appended to the text */
	if (!take_apart(value, 0, &parts) || strstr(value, "://") == NULL ||
		strstr(value, ":///") != NULL)
		return "It is not a URL.";
	if (parts.user || parts.password)
	{
		*hint = "The key belongs into the option \"api_key\" of a user mapping.";
		return "It contains a user name or password.";
	}
	if (strpbrk(value, "?#") != NULL)
		return "It contains a query or a fragment.";
	if (version_of(parts.path) != NULL)
	{
		*hint = psprintf("Leave out \"%s\": each request names its version.",
						 version_of(parts.path));
		return "It ends with a version.";
	}
	if (strcmp(parts.scheme, "https") == 0)
		return NULL;
	*hint = "Use https. Plain http is accepted for a loopback address only.";
	if (strcmp(parts.scheme, "http") != 0)
		return "Its scheme is neither https nor http.";
	return parts.host && is_loopback(parts.host) ? NULL :
		"It would send the API key without encryption.";
}

/* Is it a kind of proxy that libcurl can talk to? */
static bool
is_proxy_scheme(const char *scheme)
{
	static const char *const known[] = {
		"http", "https", "socks4", "socks4a", "socks5", "socks5h"
	};

	for (int i = 0; i < lengthof(known); i++)
		if (pg_strcasecmp(scheme, known[i]) == 0)
			return true;
	return false;
}

/*
 * Why the text is no URL of a proxy, or NULL when it is one: read as libcurl
 * reads it, which takes one without a scheme for http unless the name of its
 * host looks like another.  *hint and *secret as above.
 */
const char *
rootfi_proxy_problem(const char *value, const char **hint, bool *secret)
{
	UrlParts	parts;

	*secret = strchr(value, '@') != NULL;
	*hint = "Write it like \"http://proxy.example.com:3128\".";
	if (*secret)
	{
		*hint = "Put them into the options \"proxy_user\" and \"proxy_password\" of a user mapping.";
		return "It contains a user name or password, which anyone could read there.";
	}
	if (!take_apart(value, CURLU_GUESS_SCHEME, &parts) || !parts.host)
		return "It is not a URL.";
	if (is_proxy_scheme(parts.scheme))
		return NULL;
	*hint = "Available schemes are: http, https, socks4, socks4a, socks5, socks5h.";
	return "Its scheme is not one of a proxy.";
}

/* Does a base URL that was accepted go without encryption? */
bool
rootfi_url_is_plain(const char *value)
{
	return pg_strncasecmp(value, "http:", 5) == 0;
}
