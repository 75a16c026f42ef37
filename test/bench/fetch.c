/*
 * fetch.c
 *		What libcurl alone takes: reads a list to its end, or one record again
 *		and again, over one connection, and throws the answers away.
 *
 * fetch list URL KEY PATH		prints the number of pages
 * fetch get URL KEY PATH N		prints microseconds a call
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* the latest answer, which ends with a NUL */
static char *answer;
static size_t size;
static size_t room;

/* Keep what has come of the answer. */
static size_t
keep(char *data, size_t one, size_t length, void *unused)
{
	(void) unused;
	length *= one;
	if (size + length + 1 > room)
	{
		room = 2 * (size + length + 1);
		answer = realloc(answer, room);
		if (answer == NULL)
			exit(1);
	}
	memcpy(answer + size, data, length);
	size += length;
	answer[size] = '\0';
	return length;
}

/* Read an answer; anything but success ends the program. */
static void
get(CURL *curl, const char *url)
{
	CURLcode	code;
	long		status = 0;

	size = 0;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK || status != 200)
	{
		fprintf(stderr, "%s: status %ld, %s\n", url, status,
				curl_easy_strerror(code));
		exit(1);
	}
}

/*
 * The cursor of the next page, which is behind the data, encoded for a URL and
 * to be freed by curl_free(); NULL at the end.
 */
static char *
next_cursor(CURL *curl)
{
	const char *name = "\"next\":\"";
	char	   *start = NULL;
	size_t		tail = size < 500 ? size : 500;

	for (char *found = answer + size - tail;
		 (found = strstr(found, name)) != NULL; found++)
		start = found + strlen(name);
	return start == NULL ? NULL :
		curl_easy_escape(curl, start, (int) strcspn(start, "\""));
}

/* Read all pages of a list, and print how many there were. */
static void
list(CURL *curl, const char *first)
{
	int			pages = 0;
	char	   *url = strdup(first);

	while (url != NULL)
	{
		char	   *cursor;

		get(curl, url);
		pages++;
		free(url);
		url = NULL;
		cursor = next_cursor(curl);
		if (cursor != NULL && asprintf(&url, "%s&next=%s", first, cursor) < 0)
			exit(1);
		curl_free(cursor);
	}
	printf("%d\n", pages);
}

/* Microseconds since some time in the past. */
static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

/* Read one answer again and again; print how long a call has taken. */
static void
repeat(CURL *curl, const char *url, int times)
{
	double		start;

	/* connects */
	get(curl, url);
	start = now();
	for (int i = 0; i < times; i++)
		get(curl, url);
	printf("%.3f\n", (now() - start) / times);
}

int
main(int argc, char **argv)
{
	CURL	   *curl = curl_easy_init();
	char	   *url,
			   *key;

	if (curl == NULL || argc < 5 || (strcmp(argv[1], "get") == 0) != (argc == 6) ||
		asprintf(&url, "%s%s", argv[2], argv[4]) < 0 ||
		asprintf(&key, "api_key: %s", argv[3]) < 0)
		return 2;
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, curl_slist_append(NULL, key));
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	/* all encodings that libcurl knows */
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	if (argc == 6)
		repeat(curl, url, atoi(argv[5]));
	else
		list(curl, url);
	curl_easy_cleanup(curl);
	return 0;
}
