/*
 * request.c
 *		Sets up a libcurl easy handle: where to, how safely, and what.
 */
#include "postgres.h"

#include "http/request.h"

#define KEY_HEADER	"api_key: "

/* Appends a line to the header list, which stays the caller's to free. */
static void
add_header(struct curl_slist **headers, const char *line)
{
	struct curl_slist *list = curl_slist_append(*headers, line);

	if (list == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
						errmsg("out of memory")));
	*headers = list;
}

/* The lines of the request's header.  The key goes nowhere else. */
static void
set_headers(CURL *easy, struct curl_slist **headers,
			const RootfiOptions *options, const HttpRequest *request)
{
	char	   *key = psprintf(KEY_HEADER "%s", options->api_key);

	add_header(headers, key);
	explicit_bzero(key, strlen(key));
	add_header(headers, "Accept: application/json");
	if (request->body != NULL)
		add_header(headers, "Content-Type: application/json");
	add_header(headers, "Expect:"); /* no 100-continue round trip */
	rootfi_request_setopt(easy, CURLOPT_HTTPHEADER, *headers);
	rootfi_request_setopt(easy, CURLOPT_USERAGENT, "rootfi/" ROOTFI_VERSION);
}

/* Which protocols, and how names are resolved. */
static void
set_protocols(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	rootfi_request_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	rootfi_request_setopt(easy, CURLOPT_PROTOCOLS,
						  (long) (CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	/* do not wait for the resolver's thread when a wait is cancelled */
	rootfi_request_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	rootfi_request_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	rootfi_request_setopt(easy, CURLOPT_HTTP_VERSION,
						  (long) CURL_HTTP_VERSION_2TLS);
	rootfi_request_setopt(easy, CURLOPT_SSLVERSION,
						  (long) CURL_SSLVERSION_TLSv1_2);
	rootfi_request_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
}

/* Where to.  libcurl verifies certificates and hosts unless told not to. */
static void
set_connection(CURL *easy, const RootfiOptions *options)
{
	struct curl_blob ca = {options->ca, options->ca_len, CURL_BLOB_COPY};

	rootfi_request_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
						  (long) (options->connect_timeout * 1000));
	/* an empty name keeps the proxies of the environment out */
	rootfi_request_setopt(easy, CURLOPT_PROXY,
						  options->proxy != NULL ? options->proxy : "");
	/* and an empty list what it says of hosts that need none */
	rootfi_request_setopt(easy, CURLOPT_NOPROXY, "");
	rootfi_request_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	rootfi_request_setopt(easy, CURLOPT_HEADEROPT, (long) CURLHEADER_SEPARATE);
	if (options->proxy != NULL && options->proxy_user != NULL)
	{
		rootfi_request_setopt(easy, CURLOPT_PROXYUSERNAME, options->proxy_user);
		rootfi_request_setopt(easy, CURLOPT_PROXYPASSWORD,
							  options->proxy_password);
	}
	if (options->ca != NULL)
		rootfi_request_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
}

/* What is asked. */
static void
set_request(CURL *easy, const RootfiOptions *options,
			const HttpRequest *request)
{
	char	   *url = psprintf("%s%s", options->base_url, request->target);

	rootfi_request_setopt(easy, CURLOPT_URL, url);
	rootfi_request_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	/* the answer to a write is short, and must be readable whatever it says */
	if (strcmp(request->method, "GET") == 0)
		rootfi_request_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	if (request->body != NULL)
	{
		rootfi_request_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
							  (curl_off_t) strlen(request->body));
		rootfi_request_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
	}
	rootfi_request_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/*
 * Prepares the handle for a request; libcurl copies every text.  The header
 * list is to be freed after the handle.
 */
void
rootfi_request_prepare(CURL *easy, struct curl_slist **headers,
					   const RootfiOptions *options, const HttpRequest *request)
{
	set_protocols(easy);
	set_connection(easy, options);
	set_request(easy, options, request);
	set_headers(easy, headers, options, request);
}
