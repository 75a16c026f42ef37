/*
 * file.c
 *		Files on the server that options name.
 *
 * Any of them may be a pipe, a terminal or a device on which an open or a read
 * waits for ever, out of reach for a cancel.  So a file is opened without
 * blocking, must be a regular one, and is read up to a limit.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/fd.h"

#include "base/file.h"

#define PIECE	65536			/* bytes read between two looks for a cancel */

/* Reads from an open file; NULL and a problem if it is not as it should be. */
static char *
read_all(int fd, size_t limit, size_t *len, const char **problem)
{
	struct stat about;
	char	   *content;
	ssize_t		n = 1;

	*len = 0;
	if (fstat(fd, &about) != 0)
		*problem = strerror(errno);
	else if (!S_ISREG(about.st_mode))
		*problem = "it is not a regular file";
	if (*problem != NULL)
		return NULL;
	/* what /proc has is of size 0, whatever there is to read */
	content = palloc(limit + 2);
	while (*len <= limit && n > 0)
	{
		CHECK_FOR_INTERRUPTS();
		n = read(fd, content + *len, Min(limit + 1 - *len, PIECE));
		if (n < 0 && errno != EINTR)
			*problem = strerror(errno);
		else if (n < 0)
			n = 1;
		else
			*len += n;
	}
	content[*len] = '\0';
	if (*len > limit)
		*problem = psprintf("it is larger than %zu bytes", limit);
	else if (*len == 0 && *problem == NULL)
		*problem = "it is empty";
	return *problem == NULL ? content : NULL;
}

/*
 * The content of a regular file of at most "limit" bytes, with a NUL after
 * them, in the current context.  NULL if that cannot be had, and *problem says
 * why: words for the end of a message.  Never blocks; errors: those of an
 * interrupt.
 */
char *
rootfi_file_read(const char *path, size_t limit, size_t *len,
				 const char **problem)
{
	int			fd = OpenTransientFile(path, O_RDONLY | O_NONBLOCK |
									   O_NOCTTY | PG_BINARY);
	char	   *content;

	*problem = NULL;
	if (fd < 0)
	{
		*problem = strerror(errno);
		return NULL;
	}
	content = read_all(fd, limit, len, problem);
	CloseTransientFile(fd);
	return content;
}
