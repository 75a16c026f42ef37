/*
 * instant.c -- points in time: microseconds since 1970, UTC
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "instant.h"

/*
 * The time of a clock in whole milliseconds: the API shows no finer ones.
 */
static int64_t
instant_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INSTANT_SECOND +
		now.tv_nsec / 1000000 * INSTANT_MS;
}

/*
 * The time of day.
 */
int64_t
instant_now(void)
{
	return instant_read(CLOCK_REALTIME);
}

/*
 * A time that never jumps, for waiting and measuring.
 */
int64_t
instant_elapsed(void)
{
	return instant_read(CLOCK_MONOTONIC);
}

/*
 * Write decimal digits, right-aligned with leading zeros.
 */
static void
instant_digits(char *text, int width, int64_t value)
{
	while (width-- > 0)
	{
		text[width] = (char) ('0' + value % 10);
		value /= 10;
	}
}

/*
 * Write an instant as in the documents: 2024-01-22T05:07:31.465Z.
 */
void
instant_format(int64_t instant, char *text)
{
	time_t		seconds = instant / INSTANT_SECOND;
	struct tm	parts;

	gmtime_r(&seconds, &parts);
	strcpy(text, "0000-00-00T00:00:00.000Z");
	instant_digits(text, 4, parts.tm_year + 1900);
	instant_digits(text + 5, 2, parts.tm_mon + 1);
	instant_digits(text + 8, 2, parts.tm_mday);
	instant_digits(text + 11, 2, parts.tm_hour);
	instant_digits(text + 14, 2, parts.tm_min);
	instant_digits(text + 17, 2, parts.tm_sec);
	instant_digits(text + 20, 3, instant % INSTANT_SECOND / INSTANT_MS);
}

/*
 * Read a fraction of a second, up to microseconds; further digits are cut.
 */
static const char *
instant_fraction(const char *text, int64_t *instant)
{
	int64_t		unit = INSTANT_SECOND / 10;

	if (*text != '.')
		return text;
	for (text++; isdigit((unsigned char) *text); text++)
	{
		*instant += (*text - '0') * unit;
		unit /= 10;
	}
	return text;
}

/*
 * Read Z, +01:00 or nothing (then it is UTC); false when it is neither.
 */
static bool
instant_zone(const char *text, int64_t *instant)
{
	int			hours;
	int			minutes;
	int			used = 0;

	if (*text == '\0' || strcmp(text, "Z") == 0)
		return true;
	if ((*text != '+' && *text != '-') ||
		sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 ||
		text[1 + used] != '\0')
		return false;
	*instant -= (*text == '-' ? -1 : 1) *
		(hours * 60 + minutes) * 60 * INSTANT_SECOND;
	return true;
}

/*
 * Read ISO 8601: a date, or a date and a time with optional fraction and
 * zone.  False when the text is something else.
 */
bool
instant_parse(const char *text, int64_t *instant)
{
	struct tm	parts = {0};
	struct tm	given;
	int			date = 0;
	int			time = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &parts.tm_year, &parts.tm_mon,
			   &parts.tm_mday, &date) != 3 || date != 10)
		return false;
	text += date;
	if (*text != '\0')
	{
		if ((*text != 'T' && *text != ' ') ||
			sscanf(text + 1, "%2d:%2d:%2d%n", &parts.tm_hour,
				   &parts.tm_min, &parts.tm_sec, &time) != 3 || time != 8)
			return false;
		text += 1 + time;
	}
	parts.tm_year -= 1900;
	parts.tm_mon -= 1;
	given = parts;
	*instant = timegm(&parts) * INSTANT_SECOND;
	if (parts.tm_mon != given.tm_mon || parts.tm_mday != given.tm_mday ||
		parts.tm_hour != given.tm_hour || parts.tm_min != given.tm_min)
		return false;			/* a month 13, an hour 25 */
	text = instant_fraction(text, instant);
	return instant_zone(text, instant);
}
