/*
 * secrets.c
 *		Texts that no message may show.
 *
 * A server may repeat the key that it was sent, in any part of its answer, and
 * any part of an answer may come to be shown, long after the request and far
 * from it.  So the keys that this backend has used are kept here, for what
 * makes an answer's text fit to be shown.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/secrets.h"

#define MAX_KEPT	16			/* more than are in use at the same time */

/* Each as it is and as JSON has it, which may be the same.  malloc'd. */
typedef struct Secret
{
	char	   *forms[2];
} Secret;

static Secret kept[MAX_KEPT];
static int	oldest = 0;

/* Replaces a form by a copy of the text; the old one is wiped. */
static void
set_form(char **form, const char *text)
{
	char	   *copy = strdup(text);

	if (copy == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
						errmsg("out of memory")));
	if (*form != NULL)
		explicit_bzero(*form, strlen(*form));
	free(*form);
	*form = copy;
}

/*
 * Keeps a secret, as it is and as JSON has it, in the place of the one that
 * was noted longest ago.
 */
void
rootfi_secret_note(const char *secret, const char *in_json)
{
	if (strlen(secret) < SHORTEST_KEY)
		return;
	for (int i = 0; i < MAX_KEPT; i++)
		if (kept[i].forms[0] != NULL && strcmp(kept[i].forms[0], secret) == 0)
			return;
	set_form(&kept[oldest].forms[1], in_json);
	set_form(&kept[oldest].forms[0], secret);
	oldest = (oldest + 1) % MAX_KEPT;
}

/* Does the text hold one of them? */
bool
rootfi_secret_in(const char *text)
{
	for (int i = 0; i < MAX_KEPT; i++)
		for (int j = 0; j < lengthof(kept[i].forms); j++)
		{
			CHECK_FOR_INTERRUPTS();
			if (kept[i].forms[j] != NULL &&
				strstr(text, kept[i].forms[j]) != NULL)
				return true;
		}
	return false;
}

/* Puts stars in the place of one secret, and of its beginning at the end. */
static void
hide(char *text, const char *secret)
{
	size_t		len = strlen(secret);
	size_t		rest;
	char	   *found;

	while ((found = strstr(text, secret)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		memset(found, '*', len);
		text = found + len;
	}
	/* the text may have been cut; fewer bytes may be a word of it */
	rest = strlen(text);
	for (size_t part = Min(len - 1, rest); part >= SHORTEST_KEY; part--)
	{
		found = text + rest - part;
		if (memcmp(found, secret, part) == 0)
		{
			memset(found, '*', part);
			break;
		}
	}
}

/*
 * Puts stars in the place of each of them, wherever it begins, and of the
 * first bytes of one with which the text ends.
 */
void
rootfi_secret_hide(char *text)
{
	for (int i = 0; i < MAX_KEPT; i++)
		for (int j = 0; j < lengthof(kept[i].forms); j++)
			if (kept[i].forms[j] != NULL)
				hide(text, kept[i].forms[j]);
}
