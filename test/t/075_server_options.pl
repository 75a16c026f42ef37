# What options of a server and a mapping may say: no file blocks a session, no
# address or proxy lets a key or a password go to others.

use strict;
use warnings;

use IO::Socket::INET;
use MIME::Base64;
use POSIX ();
use PostgreSQL::Test::Utils;
use Rootfi::Pair;
use Rootfi::Sandbox;
use Test::More;

my $proxy_port = PostgreSQL::Test::Cluster::get_free_port();
$ENV{NO_PROXY} = $ENV{no_proxy} = '*';
my ($node, $sandbox) = start_pair();
my $read = q{SELECT rootfi_get_order('157') ->> 'rootfi_id'};
$node->safe_psql('postgres', q{
	CREATE ROLE keeper LOGIN;
	GRANT USAGE ON FOREIGN DATA WRAPPER rootfi TO keeper;
	CREATE SERVER theirs FOREIGN DATA WRAPPER rootfi;
	ALTER SERVER theirs OWNER TO keeper});

# The SQLSTATE and all words of a statement's error.
sub refused
{
	my ($statement, $role) = @_;
	my ($status, $output, $error) = $node->psql('postgres',
		"\\set VERBOSITY verbose\nSET statement_timeout = '5s'; " . ($role ? "SET ROLE $role; " : '') . $statement, on_error_stop => 1);
	return $error;
}

# --- files
my $dir = PostgreSQL::Test::Utils::tempdir();
POSIX::mkfifo("$dir/fifo", 0666);
chmod 0755, $dir;
append_to_file("$dir/empty", '');
append_to_file("$dir/huge", 'x' x (5 * 1024 * 1024));
like(refused("ALTER SERVER theirs OPTIONS (ADD ca_file '$dir/fifo')", 'keeper'), qr/ERROR:  42501: permission denied to set the option "ca_file"/,
	'who may not read files of the server does not set ca_file');
like(refused("CREATE SERVER more FOREIGN DATA WRAPPER rootfi OPTIONS (ca_file '/etc/hosts')", 'keeper'), qr/ERROR:  42501/, 'nor with a new server');
like(refused(q{ALTER SERVER rootfi OPTIONS (ADD ca_file 'relative')}), qr/must be an absolute path/, 'its path is an absolute one');
foreach my $file ("$dir/fifo", '/dev/zero', '/dev/tty', $dir, "$dir/empty", "$dir/huge", "$dir/none")
{
	server_options($node, ca_file => $file);
	like(refused($read), qr/ERROR:  HV024: could not read the certificates from file "\Q$file\E"/, "a ca_file that is $file is refused at once");
	$node->safe_psql('postgres', 'ALTER SERVER rootfi OPTIONS (DROP ca_file)');
	next if $file =~ /none$/;
	$node->safe_psql('postgres', "CREATE SERVER other FOREIGN DATA WRAPPER rootfi; CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (api_key_file '$file')");
	like(refused("SET rootfi.server = other; $read"), qr/ERROR:  HV024: /, 'and so is it as api_key_file');
	$node->safe_psql('postgres', 'DROP SERVER other CASCADE');
}

# --- addresses
foreach my $host ('127.-0.0.1', '127.0.0.256', '127.0.0.1.nip.io', '126.255.255.255', '128.0.0.1', '0.0.0.0', '[::2]', '[::]', '[::127.0.0.1]',
	'[fe80::1]', '127.+0.0.1', '127. 0.0.1', '127..0.1', '0x80.1', '2147483648', 'localhost.example.com', '%31%32%38.0.0.1', '127.0.0.1@128.0.0.1', '1270.0.1')
{
	my $error = refused("CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'http://$host:8080')");
	like($error, qr/ERROR:  HV024/, "http://$host is no loopback address");
	$node->safe_psql('postgres', 'DROP SERVER IF EXISTS bad');
}
my ($port) = $sandbox->url =~ /:(\d+)/;
foreach my $host ('127.0.0.1', '127.1', '0x7f.0.0.1', '2130706433', '017700000001', 'localhost', 'LOCALHOST', '[::1]', '[0:0::1]', '127.9.8.7')
{
	is(refused("CREATE SERVER good FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'http://$host:$port')"), '', "http://$host is one");
	$node->safe_psql('postgres', 'DROP SERVER good');
}
foreach my $case ([ '/v4', '/v4' ], [ '/v3/', '/v3' ], [ '/api/v4', '/v4' ])
{
	like(refused("CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'https://api.rootfi.dev$case->[0]')"),
		qr/It ends with a version.*HINT:  Leave out "\Q$case->[1]\E"/s, "a base_url that ends with $case->[0] is refused");
	$node->safe_psql('postgres', 'DROP SERVER IF EXISTS bad');
}

# --- proxies: which
foreach my $proxy ('ftp://127.0.0.1:1', 'ftp.example.com:21', 'file:///etc/passwd', 'gopher://127.0.0.1', 'http://', 'http://a b')
{
	like(refused("CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (proxy '$proxy')"), qr/ERROR:  HV024: invalid value for option "proxy"/, "$proxy is no proxy");
	$node->safe_psql('postgres', 'DROP SERVER IF EXISTS bad');
}
foreach my $proxy ('http://bob:s3cret@127.0.0.1:1', 'bob:s3cret@127.0.0.1:1', 'socks5h://bob:s3cret@127.0.0.1', 'http://:s3cret@127.0.0.1', 'ftp://bob:s3cret@127.0.0.1:1')
{
	my $error = refused("CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (proxy '$proxy')");
	$node->safe_psql('postgres', 'DROP SERVER IF EXISTS bad');
	like($error, qr/ERROR:  HV024.*HINT:  Put them into the options "proxy_user" and "proxy_password" of a user mapping\./s, "credentials are not for the server's options: $proxy");
	unlike($error =~ s/^LINE.*//mr =~ s/^STATEMENT.*//mr, qr/s3cret/, 'and not shown');
}
my $in_url = refused("CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'https://bob:s3cret\@example.com')");
like($in_url, qr/It contains a user name or password/, 'nor are those in a base_url,');
unlike($in_url, qr/s3cret/, 'which are not shown either');
foreach my $proxy ('http://proxy.example:3128', 'https://proxy.example', 'socks5://127.0.0.1:1080', 'socks5h://127.0.0.1', 'proxy.example:3128')
{
	is(refused("CREATE SERVER good FOREIGN DATA WRAPPER rootfi OPTIONS (proxy '$proxy')"), '', "$proxy is a proxy");
	$node->safe_psql('postgres', 'DROP SERVER IF EXISTS good');
}
my $clear = qr/ERROR:  HV00D.*It would send the API key to the proxy without encryption/s;
like(refused(q{CREATE SERVER bad FOREIGN DATA WRAPPER rootfi OPTIONS (base_url 'http://127.0.0.1:1', proxy 'http://127.0.0.1:2')}), $clear, 'a proxy and http exclude each other');
like(refused(q{ALTER SERVER rootfi OPTIONS (ADD proxy 'http://127.0.0.1:2')}), $clear, 'also when the proxy comes later');
like(refused(q{ALTER SERVER theirs OPTIONS (ADD proxy 'http://127.0.0.1:2'); ALTER SERVER theirs OPTIONS (ADD base_url 'http://127.0.0.1:1')}), $clear, 'or the URL');
like(refused(q{CREATE USER MAPPING FOR PUBLIC SERVER theirs OPTIONS (api_key 'any-key-will-do', proxy_user 'bob')}), qr/ERROR:  HV00D/, 'a user without a password is refused');
like(refused(q{CREATE USER MAPPING FOR PUBLIC SERVER theirs OPTIONS (api_key 'any-key-will-do', proxy_password 'bob')}), qr/ERROR:  HV00D/, 'and the other way round');

# --- proxies: what they are told and what they say
my ($certificate, $key) = certificate('IP:127.0.0.1');
my $secure = Rootfi::Sandbox->new(tls_cert => $certificate, tls_key => $key);

# A proxy that answers every request with the same, and passes what it was asked
# through a pipe.
sub proxy_that_says
{
	my ($answer) = @_;
	my $listener = IO::Socket::INET->new(Listen => 20, LocalAddr => '127.0.0.1', LocalPort => 0) or die "no socket: $!";
	pipe my $out, my $in or die "no pipe: $!";
	my $pid = fork() // die "no fork: $!";
	if ($pid == 0)
	{
		# from PostgreSQL 17 on the test's own handler would stop the server
		local $SIG{TERM} = 'DEFAULT';
		alarm 120;
		while (my $client = $listener->accept)
		{
			my $asked = '';
			while ($asked !~ /\r\n\r\n/ && sysread $client, my $more, 4096) { $asked .= $more }
			syswrite $in, $asked;
			syswrite $client, $answer;
			close $client;
		}
		POSIX::_exit(0);
	}
	return { port => $listener->sockport, pid => $pid, out => $out };
}

sub asked
{
	my ($proxy) = @_;
	kill 'TERM', $proxy->{pid};
	waitpid $proxy->{pid}, 0;
	vec(my $set = '', fileno $proxy->{out}, 1) = 1;
	return '' if !select $set, undef, undef, 0;
	sysread $proxy->{out}, my $asked, 65536;
	return $asked;
}

my $hello = "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 60\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n";
$node->safe_psql('postgres', 'ALTER SERVER rootfi OPTIONS (SET base_url \'' . $secure->url . "', ADD ca_file '$certificate', ADD max_retries '1', ADD timeout '20')");
$node->safe_psql('postgres', q{ALTER USER MAPPING FOR CURRENT_USER SERVER rootfi OPTIONS (ADD proxy_user 'bob', ADD proxy_password 's3cret-word')});
foreach my $statement ($read, q{SELECT rootfi_delete_order('157')})
{
	my $proxy = proxy_that_says("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n$hello");
	server_options($node, proxy => "http://127.0.0.1:$proxy->{port}");
	my $error = refused($statement);
	like($error, qr/ERROR:  RF001: could not connect to "127.0.0.1:\d+": its proxy asks for other credentials/, 'status 407 is the word of the proxy: nothing was sent');
	like($error, qr/HINT:  Check the options "proxy_user" and "proxy_password" of the user mapping for server "rootfi"/, 'and says where to look');
	my $asked = asked($proxy);
	like($asked, qr/\ACONNECT 127.0.0.1:\d+ /, 'the proxy is asked, whatever NO_PROXY says');
	like($asked, qr/^Proxy-Authorization: Basic \Q@{[ encode_base64('bob:s3cret-word', '') ]}\E\r$/m, 'with the credentials of the mapping');
	unlike($asked, qr/api_key/i, 'and not told the key');
	my @again = $asked =~ /CONNECT/g;
	is(scalar @again, 1, 'once');

	$proxy = proxy_that_says("HTTP/1.1 403 Forbidden\r\n$hello");
	server_options($node, proxy => "http://127.0.0.1:$proxy->{port}");
	like(refused($statement), qr/ERROR:  RF001: could not connect to "127.0.0.1:\d+": its proxy does not let it through.*The proxy answered with HTTP status 403/s, 'another refusal is told with its status');
	asked($proxy);
}
$node->safe_psql('postgres', 'ALTER SERVER rootfi OPTIONS (DROP proxy)');
is($node->safe_psql('postgres', $read), '157', 'without the proxy it does');

# whoever may not use the mapping does not see the password
unlike($node->safe_psql('postgres', 'SET ROLE keeper; SELECT umoptions FROM pg_user_mappings; SELECT srvoptions FROM pg_foreign_server'), qr/s3cret/, 'others do not see the password');

# --- a change between the look-ups of server and mapping
my $other = Rootfi::Sandbox->new(key => $sandbox->key);
$node->safe_psql('postgres', 'ALTER SERVER rootfi OPTIONS (SET base_url \'' . $sandbox->url . '\', DROP ca_file)');
my $locker = backend($node);
ask($locker, 'BEGIN; LOCK TABLE pg_user_mapping');
my $session = session($node, 'between', "SELECT length(rootfi_get_order('157')::text) > 0; SELECT length(rootfi_get_order('158')::text) > 0;");
$node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'between' AND wait_event_type = 'Lock'}) or die 'it never waited';
ask($locker, 'ALTER SERVER rootfi OPTIONS (SET base_url \'' . $other->url . '\'); COMMIT');
is(finish($session), "t\nt", 'a server that changes while its mapping is looked up');
is(scalar(grep { $_->{target} =~ /158/ } $other->requests), 1, 'is the changed one from then on');
leave($locker);

# --- a mapping of one's own that comes later than PUBLIC's
my $backend = backend($node);
$node->safe_psql('postgres', q{
	SET log_statement = 'none';
	CREATE ROLE clerk; GRANT USAGE ON FOREIGN SERVER rootfi TO clerk;
	CREATE USER MAPPING FOR PUBLIC SERVER rootfi OPTIONS (api_key 'not-the-right-key')});
like((ask($backend, "SET ROLE clerk; $read"))[1], qr/status 401/, 'the mapping of PUBLIC is used');
$node->safe_psql('postgres', q{SET log_statement = 'none'; CREATE USER MAPPING FOR clerk SERVER rootfi OPTIONS (api_key '} . $sandbox->key . q{')});
is((ask($backend, $read))[0], '157', 'until there is one of the role');
$node->safe_psql('postgres', q{DROP USER MAPPING FOR clerk SERVER rootfi});
like((ask($backend, $read))[1], qr/status 401/, 'and again when that is gone');
leave($backend);

$_->stop foreach $sandbox, $secure, $other;
done_testing();
