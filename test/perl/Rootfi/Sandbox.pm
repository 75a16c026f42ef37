# Rootfi::Sandbox -- start, drive and stop the RootFi sandbox server
#
#   my $sandbox = Rootfi::Sandbox->new(orders => 1000, page_limit => 50);
#   $sandbox->url, ->port, ->key, ->pid      where it is and what it accepts
#   $sandbox->call('GET', '/v4/ecommerce/orders/157')
#                                            {status, headers, content}
#   $sandbox->fault({status => 503, times => 2}, ...), ->clear_faults
#   $sandbox->requests, ->requests($seq)     what it was asked (after $seq)
#   $sandbox->forget                         forgets that
#   $sandbox->touch('ecommerce/orders', 1089, 25)
#                                            ids of the records it changed
#   $sandbox->remove('ecommerce/orders', 1089, 25)
#   $sandbox->remove('ecommerce/orders', 1089, [157, 160])
#                                            ids of the records it lost
#   $sandbox->connection(1089, {connection_status => 'DISCONNECTED'})
#   $sandbox->remote_sync(1089, {data_models => ['ECOMMERCE_ORDERS'],
#                                status => 'FAILED'})
#                                            id of a sync that RootFi began
#   $sandbox->connections, ->rss_kb, ->reset, ->stop
#
# Options of new() are those of the program, with _ for -; the key is by default
# $ENV{ROOTFI_SANDBOX_KEY} if that is set.  The program is $ENV{ROOTFI_SANDBOX},
# or the one that was built beside this file's directory.
# $ENV{ROOTFI_SANDBOX_WRAPPER} is a command to run it under.
#
# The server ends with its object, with the program that started it, and also
# when that is killed: its standard input is at its end then.
package Rootfi::Sandbox;

use strict;
use warnings;

use Cwd            ();
use File::Basename ();
use HTTP::Tiny;
use IPC::Open3   ();
use JSON::PP     ();
use Scalar::Util ();

my %running;    # pid => weak reference to the object

# Start a server and wait, without sleeping, until it listens.
sub new
{
	my ($class, %options) = @_;
	my @command = (split(' ', $ENV{ROOTFI_SANDBOX_WRAPPER} // ''), program());

	$options{key} //= $ENV{ROOTFI_SANDBOX_KEY} if $ENV{ROOTFI_SANDBOX_KEY};
	push @command, '--stop-on-stdin-eof';
	foreach my $name (sort keys %options)
	{
		(my $flag = $name) =~ tr/_/-/;
		push @command, "--$flag", $options{$name};
	}

	my $self = bless {
		key => $options{key} // 'sandbox-key',
		scheme => $options{tls_cert} ? 'https' : 'http',
		address => $options{address} // '127.0.0.1',
	}, $class;
	$self->{pid} =
	  IPC::Open3::open3($self->{stdin}, my $stdout, '>&STDERR', @command);
	($self->{port}) = (<$stdout> // '') =~ /^(\d+)$/
	  or die "could not start \"@command\"\n";
	close $stdout;
	Scalar::Util::weaken($running{ $self->{pid} } = $self);
	$self->{http} = HTTP::Tiny->new(timeout => 60, max_redirect => 0);
	return $self;
}

# The path of the server program.
sub program
{
	my $directory = File::Basename::dirname(Cwd::abs_path(__FILE__));

	return $ENV{ROOTFI_SANDBOX}
	  // Cwd::abs_path("$directory/../../sandbox/rootfi-sandbox");
}

sub port { return $_[0]{port} }
sub key  { return $_[0]{key} }
sub pid  { return $_[0]{pid} }

sub url
{
	my ($self) = @_;
	my $host =
	  $self->{address} =~ /:/ ? "[$self->{address}]" : $self->{address};

	return "$self->{scheme}://$host:$self->{port}";
}

# Send a request to the API with the right key; another one can be among the
# headers, and none is sent when that is undef.  A status of 599 means that no
# complete answer came.
sub call
{
	my ($self, $method, $target, $body, %headers) = @_;
	my %all = (api_key => $self->{key}, %headers);
	my %options = (headers => \%all);

	delete $all{api_key} unless defined $all{api_key};
	if (defined $body)
	{
		$all{'Content-Type'} //= 'application/json';
		$options{content} = $body;
	}
	my $response =
	  $self->{http}->request($method, $self->url . $target, \%options);
	return {
		status => $response->{status},
		headers => $response->{headers},
		content => $response->{content},
	};
}

# Send a request to the sandbox itself; gives the decoded answer.
sub control
{
	my ($self, $method, $name, $data) = @_;
	my %options;

	$options{content} = JSON::PP->new->utf8->encode($data) if defined $data;
	my $response = $self->{http}
	  ->request($method, $self->url . "/_sandbox/$name", \%options);
	die "the sandbox refused $method $name: $response->{content}\n"
	  unless $response->{success};
	return JSON::PP->new->utf8->decode($response->{content});
}

# The requests to the API so far, or those after a number.
sub requests
{
	my ($self, $since) = @_;

	return @{ $self->control('GET', 'requests?since=' . ($since // 0)) };
}

sub forget { return $_[0]->control('DELETE', 'requests') }

# Ask for failures, tried in this order.
sub fault
{
	my ($self, @faults) = @_;

	return $self->control('POST', 'faults', \@faults);
}

sub clear_faults { return $_[0]->control('DELETE', 'faults') }
sub reset        { return $_[0]->control('POST', 'reset') }

# Change some records of a company as somebody at the platform might.
sub touch
{
	my ($self, $resource, $company_id, $count) = @_;
	my $answer = $self->control(
		'POST', 'touch',
		{
			resource => $resource,
			company_id => $company_id + 0,
			count => $count + 0
		});

	return @{ $answer->{rootfi_ids} };
}

# Lose some records of a company without a trace, or exactly those of a list of
# ids.
sub remove
{
	my ($self, $resource, $company_id, $which) = @_;
	my $answer = $self->control(
		'POST', 'remove',
		{
			resource => $resource,
			company_id => $company_id + 0,
			ref $which
			? (rootfi_ids => [ map { $_ + 0 } @$which ])
			: (count => $which + 0)
		});

	return @{ $answer->{rootfi_ids} };
}

# Set members of the connections of a company.
sub connection
{
	my ($self, $company_id, $members) = @_;

	return $self->control('POST', 'connection',
		{ company_id => $company_id + 0, set => $members });
}

# Add a sync that RootFi began itself; gives its sync_id.
sub remote_sync
{
	my ($self, $company_id, $sync) = @_;

	return $self->control('POST', 'sync',
		{ %$sync, company_id => $company_id + 0 })->{sync_id};
}

# How many connections carried requests to the API.
sub connections { return $_[0]->control('GET', 'connections')->{opened} }

# The server's memory in use.
sub rss_kb
{
	my ($self) = @_;

	open(my $file, '<', "/proc/$self->{pid}/status") or return;
	my ($kb) = map { /^VmRSS:\s+(\d+)/ } <$file>;
	return $kb;
}

# Stop the server, which must end without an error, and within a minute.
sub stop
{
	my ($self) = @_;
	my $pid = delete $self->{pid} or return;
	local $SIG{ALRM} = sub { kill 'KILL', $pid };

	delete $running{$pid};
	kill 'TERM', $pid;
	my $alarm = alarm 60;
	waitpid($pid, 0);
	alarm $alarm;
	die "the sandbox ended with status $?\n" if $? != 0;
	return;
}

# Stop the server where nobody can be told that it failed.
sub stop_quietly
{
	my ($self) = @_;

	local ($?, $@, $!);
	eval { $self->stop; 1 } or warn $@;
	return;
}

sub DESTROY { return $_[0]->stop_quietly }

END
{
	$_ && $_->stop_quietly foreach values %running;
}

1;
