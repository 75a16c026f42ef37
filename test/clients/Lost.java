// Lost.java HOST PORT USER [SQLSTATE ...]: makes an order by way of pgjdbc, of
// HikariCP and in a transaction of HikariCP, and prints for each how many
// exceptions there were, the SQLSTATE of the last, and whether the same
// connection to the database serves the next statement. Then raises each
// SQLSTATE and prints those on which HikariCP closed the connection.

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class Lost
{
	static final String ORDER = "{\"customer_id\": \"c\", \"currency_id\": \"USD\","
		+ " \"line_items\": [{\"quantity\": 1, \"unit_amount\": 1}]}";

	interface Source
	{
		Connection get() throws SQLException;
	}

	// Runs a statement and returns the first column of its first row.
	static String run(Connection connection, String sql, String... arguments)
		throws SQLException
	{
		try (PreparedStatement statement = connection.prepareStatement(sql))
		{
			for (int i = 0; i < arguments.length; i++)
				statement.setString(i + 1, arguments[i]);
			try (ResultSet rows = statement.executeQuery())
			{
				rows.next();
				return rows.getString(1);
			}
		}
	}

	// The process that serves the next connection of a source.
	static String pid(Source source) throws SQLException
	{
		Connection connection = source.get();
		String pid = run(connection, "SELECT pg_backend_pid()");

		if (!connection.getAutoCommit())
			connection.commit();
		if (source != plain)
			connection.close();
		return pid;
	}

	static Connection one;
	static final Source plain = () -> one;

	// The SQLSTATE with which a statement ends.
	static String end(Source source, String sql, String... arguments)
		throws SQLException
	{
		Connection connection = source.get();
		String code = "none";

		try
		{
			run(connection, sql, arguments);
		}
		catch (SQLException error)
		{
			code = error.getSQLState();
		}
		if (source != plain)
			connection.close();
		return code;
	}

	static void tell(String way, Source source) throws SQLException
	{
		String before = pid(source);
		String code = end(source,
			"SELECT rootfi_create_order(1089, CAST(? AS jsonb))", ORDER);

		System.out.println(way + (code.equals("none") ? " 0 " : " 1 ") + code
			+ (pid(source).equals(before) ? " same" : " another"));
	}

	static HikariDataSource pool(String url, String user, boolean autocommit)
	{
		HikariConfig config = new HikariConfig();

		config.setJdbcUrl(url);
		config.setUsername(user);
		config.setMaximumPoolSize(1);
		config.setAutoCommit(autocommit);
		return new HikariDataSource(config);
	}

	public static void main(String[] words) throws SQLException
	{
		String url = "jdbc:postgresql://" + words[0] + ":" + words[1] + "/postgres";
		List<String> closed = new ArrayList<>();

		one = DriverManager.getConnection(url, words[2], "");
		tell("pgjdbc", plain);
		one.close();
		try (HikariDataSource pool = pool(url, words[2], false))
		{
			tell("transaction", pool::getConnection);
		}
		try (HikariDataSource pool = pool(url, words[2], true))
		{
			tell("hikaricp", pool::getConnection);
			for (String code : Arrays.asList(words).subList(3, words.length))
			{
				String before = pid(pool::getConnection);

				end(pool::getConnection, "SELECT raise(?)", code);
				if (!pid(pool::getConnection).equals(before))
					closed.add(code);
			}
		}
		System.out.println("closed " + String.join(" ", closed));
	}
}
