/*
 * journal.c -- what the sandbox was asked
 *
 * A request is entered when it has arrived completely, so it is there also
 * while its answer waits, and gets its status when it is answered.  The
 * newest entries are kept in a ring.
 */
#include <stdlib.h>

#include "journal.h"

void
journal_start(Journal *journal, int64_t size, FILE *log)
{
	journal->log = log;
	journal->size = size;
	journal->first = journal->next = 1;
	journal->entries = alloc_zeroed((size_t) size * sizeof(Entry));
}

static Entry *
journal_entry(const Journal *journal, int64_t seq)
{
	return &journal->entries[seq % journal->size];
}

/*
 * Append an entry as a JSON object; status 0 means no answer.
 */
static void
entry_write(Buffer *out, const Entry *entry)
{
	buffer_json(out, "%r,'status':%d}", entry->text,
				(int64_t) entry->status);
}

/*
 * Note that a request was answered, and log it.
 */
static void
entry_finish(const Journal *journal, Entry *entry)
{
	Buffer		line = {0};

	if (entry->done)
		return;
	entry->done = true;
	if (journal->log == NULL)
		return;
	entry_write(&line, entry);
	fprintf(journal->log, "%s\n", line.data);
	fflush(journal->log);
	buffer_free(&line);
}

/*
 * Empty a place in the ring.
 */
static void
entry_clear(const Journal *journal, Entry *entry)
{
	if (entry->text == NULL)
		return;
	entry_finish(journal, entry);
	free(entry->text);
	entry->text = NULL;
}

/*
 * Forget all requests; numbers go on.
 */
void
journal_forget(Journal *journal)
{
	for (int64_t i = 0; i < journal->size; i++)
		entry_clear(journal, &journal->entries[i]);
	journal->first = journal->next;
}

/*
 * Forget all requests, and number the next one 1.
 */
void
journal_restart(Journal *journal)
{
	journal_forget(journal);
	journal->first = journal->next = 1;
}

/*
 * Enter a request; the buffer with its JSON is empty afterwards.  Gives its
 * number.
 */
int64_t
journal_add(Journal *journal, Buffer *text)
{
	Entry	   *entry = journal_entry(journal, journal->next);

	entry_clear(journal, entry);
	entry->text = buffer_detach(text);
	entry->status = 0;
	entry->done = false;
	if (journal->next - journal->first == journal->size)
		journal->first++;
	return journal->next++;
}

/*
 * Set the status that a request was answered with, if it is still known.
 */
void
journal_status(Journal *journal, int64_t seq, unsigned status)
{
	Entry	   *entry = journal_entry(journal, seq);

	if (seq < journal->first || seq >= journal->next)
		return;
	entry->status = status;
	entry_finish(journal, entry);
}

/*
 * Append the requests with a number above since as a JSON array.
 */
void
journal_write(const Journal *journal, Buffer *out, int64_t since)
{
	int64_t		seq = since < journal->first ? journal->first : since + 1;

	buffer_byte(out, '[');
	for (int64_t i = seq; i < journal->next; i++)
	{
		if (i > seq)
			buffer_byte(out, ',');
		entry_write(out, journal_entry(journal, i));
	}
	buffer_byte(out, ']');
}

void
journal_free(Journal *journal)
{
	journal_forget(journal);
	free(journal->entries);
	if (journal->log != NULL && journal->log != stderr)
		fclose(journal->log);
}
