# Rootfi::RawServer -- a server that answers what no HTTP library would send
#
#   my $server = Rootfi::RawServer->new(sub {
#       my ($client, $request) = @_;
#       $client->send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
#       $client->send('{}');
#       $client->reset;
#   });
#   $server->url, ->port
#   $server->requests             what came: {method, target, body}, in order
#   $server->forget               forgets that
#   $server->stop
#
# The script is called for every request, once all of that is there. $request
# has method, target, headers (lower-case names) and body; number says which of
# its connection it is, and seen how many of that method and target came so far,
# both from 1 on. When the script returns the connection waits for the next
# request, unless it was closed. It runs in a process of its own and can change
# nothing outside.
#
# What a script can do with its client:
#
#   send($bytes)                  as they are
#   answer($body, %options)       a whole answer; options are status, header (an
#                                 array of lines) and length (that is announced)
#   drip($bytes, $seconds)        one byte each so many seconds
#   pause($seconds)               less if the client goes
#   hang                          waits for the client to go
#   close, reset                  ends the connection in order, or by a reset
#
# The server listens on 127.0.0.1 and ends with its object and with the program
# that started it, however that ends: its end of a pipe is closed then.
package Rootfi::RawServer;

use strict;
use warnings;

use Fcntl      ();
use File::Temp ();
use IO::Select;
use IO::Socket::INET;
use JSON::PP     ();
use POSIX        ();
use Scalar::Util ();
use Socket       ();
use Time::HiRes  ();

my %running;    # pid => weak reference to the object

# Starts a server that runs the script.
sub new
{
	my ($class, $script) = @_;
	my $listener = IO::Socket::INET->new(
		LocalAddr => '127.0.0.1', Listen => 64, Proto => 'tcp')
	  or die "could not listen: $!\n";
	my $self = bless {
		script => $script,
		port => $listener->sockport,
		log => File::Temp->new,
	}, $class;

	pipe(my $stopped, $self->{alive}) or die "could not make a pipe: $!\n";
	defined($self->{pid} = fork) or die "could not fork: $!\n";
	if ($self->{pid} == 0)
	{
		# nothing that the program would do at its end is to be done here
		eval { $self->serve($listener, $stopped) };
		POSIX::_exit(0);
	}
	Scalar::Util::weaken($running{ $self->{pid} } = $self);
	return $self;
}

sub port { return $_[0]{port} }
sub url  { return "http://127.0.0.1:$_[0]{port}" }

# What was asked so far.
sub requests
{
	return read_log($_[0]{log}->filename);
}

sub read_log
{
	my ($name) = @_;

	open(my $file, '<:raw', $name) or die "could not read the log: $!\n";
	return map { JSON::PP->new->latin1->decode($_) } <$file>;
}

sub forget
{
	truncate($_[0]{log}->filename, 0) or die "could not empty the log: $!\n";
	return;
}

# Ends the server and the connections that it has.
sub stop
{
	my ($self) = @_;
	my $pid = delete $self->{pid} or return;

	local ($?, $!);
	delete $running{$pid};
	close $self->{alive};
	waitpid($pid, 0);
	return;
}

sub DESTROY { return $_[0]->stop }

END
{
	$_ && $_->stop foreach values %running;
}

# In the server's process: gives every connection a process until the pipe is
# closed.
sub serve
{
	my ($self, $listener, $stopped) = @_;
	my $select = IO::Select->new($listener, $stopped);

	$SIG{$_} = 'DEFAULT' foreach qw(INT TERM);
	$SIG{PIPE} = $SIG{CHLD} = 'IGNORE';
	# a server that was started before must be able to end before this one
	close $_->{alive} foreach $self, grep { $_ } values %running;
	for (;;)
	{
		my @ready = $select->can_read;

		return if grep { $_ == $stopped } @ready;
		my $socket = @ready ? $listener->accept : undef;
		next unless $socket;
		if ((fork // next) == 0)
		{
			my $client = bless {
				socket => $socket,
				stopped => $stopped,
				log => $self->{log}->filename,
				input => '',
			}, 'Rootfi::RawServer::Client';

			close $listener;
			eval { $client->serve($self->{script}) };
			POSIX::_exit(0);
		}
		close $socket;
	}
}

# A connection, in its own process.
package Rootfi::RawServer::Client;

# Reads requests and runs the script for them until one side closes.
sub serve
{
	my ($client, $script) = @_;

	binmode $client->{socket};
	setsockopt($client->{socket}, Socket::IPPROTO_TCP(),
		Socket::TCP_NODELAY(), 1);
	for (my $number = 1; $client->{socket}; $number++)
	{
		my $request = $client->read_request or return;

		$request->{number} = $number;
		$client->note($request);
		$script->($client, $request);
	}
	return;
}

# Reads more; false when the client is gone, or the server is to end, or the
# time is over.
sub more
{
	my ($client, $seconds) = @_;
	my @ready = IO::Select->new($client->{socket}, $client->{stopped})
	  ->can_read($seconds);

	return if !@ready || grep { $_ == $client->{stopped} } @ready;
	return sysread $client->{socket}, $client->{input}, 65536,
	  length $client->{input};
}

# A request with its body, or nothing if there is none any more.
sub read_request
{
	my ($client) = @_;

	until ($client->{input} =~ /\r\n\r\n/) { $client->more or return }
	my ($head, $body) = split /\r\n\r\n/, $client->{input}, 2;
	my ($line, @lines) = split /\r\n/, $head;
	my %headers = map { /^([^:]+):\s*(.*)/ ? (lc $1 => $2) : () } @lines;
	my $length = $headers{'content-length'} // 0;

	while (length $body < $length)
	{
		$client->{input} = $body;
		$client->more or return;
		$body = $client->{input};
	}
	$client->{input} = substr $body, $length;
	my ($method, $target) = split ' ', $line;
	return {
		method => $method,
		target => $target,
		headers => \%headers,
		body => substr($body, 0, $length),
	};
}

# Writes the request to the log, in one piece, as others write there too, and
# looks how often it is there.
sub note
{
	my ($client, $request) = @_;
	my %noted = map { $_ => $request->{$_} } qw(method target body);

	sysopen(my $log, $client->{log}, Fcntl::O_WRONLY | Fcntl::O_APPEND)
	  or die "could not write the log: $!\n";
	syswrite $log, JSON::PP->new->latin1->encode(\%noted) . "\n";
	$request->{seen} =
	  grep { $_->{method} eq $noted{method} && $_->{target} eq $noted{target} }
	  Rootfi::RawServer::read_log($client->{log});
	return;
}

# Sends bytes as they are; ends the process when the client is gone.
sub send
{
	my ($client, $bytes) = @_;

	while (length $bytes)
	{
		my $n = syswrite $client->{socket}, $bytes;

		POSIX::_exit(0) unless $n;
		substr($bytes, 0, $n) = '';
	}
	return;
}

# Sends a whole answer.
sub answer
{
	my ($client, $body, %options) = @_;
	my $length = $options{length} // length $body;

	$client->send(join "\r\n", 'HTTP/1.1 ' . ($options{status} // '200 OK'),
		@{ $options{header} // [] }, "Content-Length: $length", '', $body);
	return;
}

# Sends slowly; ends the process when the client goes.
sub drip
{
	my ($client, $bytes, $seconds) = @_;

	foreach my $byte (split //, $bytes)
	{
		$client->send($byte);
		$client->pause($seconds);
	}
	return;
}

# Does nothing for a while; ends the process when the client goes.
sub pause
{
	my ($client, $seconds) = @_;
	my $until = Time::HiRes::time() + $seconds;

	while ((my $left = $until - Time::HiRes::time()) > 0)
	{
		next if $client->more($left);
		POSIX::_exit(0) if Time::HiRes::time() < $until;
	}
	return;
}

sub hang { return $_[0]->pause(3600) }

sub close
{
	my ($client) = @_;

	CORE::close(delete $client->{socket});
	return;
}

# Closes so that the client sees a reset.
sub reset
{
	my ($client) = @_;

	setsockopt($client->{socket}, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
		pack('ii', 1, 0));
	$client->close;
	return;
}

1;
