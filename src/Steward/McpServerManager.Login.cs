using Steward.Configuration;
using Steward.Supervision;
using Steward.Upstreams.Remote;

namespace Steward;

/// <content>Logging in to remote servers that want OAuth.</content>
public sealed partial class McpServerManager
{
    /// <summary>
    /// Has a person log in to a remote server, and starts it. The tokens are renewed by themselves from then on, and outlast the program where
    /// <see cref="McpServerManagerOptions.DataDirectory"/> is set. The browser comes back to this machine, at <c>auth.redirectPort</c> or at a free port of 127.0.0.1.
    /// </summary>
    /// <param name="id">The server's id. A login to it that is under way already is replaced.</param>
    /// <param name="showAddress">Shows the person where to log in: opens a browser there, say. The login waits ten minutes from then on.</param>
    /// <param name="cancellationToken">Gives the login up.</param>
    /// <returns>The server's status: running, or disabled.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="InvalidOperationException">The server needs no login, since it is no remote one or its definition says who Steward is; or the manager is a daemon's.</exception>
    /// <exception cref="ServerLoginException">The login came to nothing; the message says why.</exception>
    /// <exception cref="ServerStartException">The person is logged in, but the server did not come up.</exception>
    /// <remarks><see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization">Authorization</see> in the specification.</remarks>
    public async Task<ServerStatus> LoginAsync(string id, Func<Uri, CancellationToken, Task> showAddress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(showAddress);
        var server = Find(id).Server;
        var logins = Embedding.Host.Logins;
        try
        {
            var address = await logins.BeginAsync(server.Config, cancellationToken).ConfigureAwait(false);
            await showAddress(address, cancellationToken).ConfigureAwait(false);
            if (await logins.WaitAsync(id, cancellationToken).ConfigureAwait(false) is { } failure)
                throw new ServerLoginException(id, failure);
        }
        catch (Exception failure) when (failure is RemoteRefusalException or VariableException)
        {
            throw new ServerLoginException(id, failure.Message, failure);
        }
        catch
        {
            await logins.GiveUpAsync(id).ConfigureAwait(false); // nobody waits for it any more
            throw;
        }

        return server.Config.Disabled ? server.Status : await StartServerAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets the tokens of a remote server, has its authorization server revoke them where it can, and stops the server.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The status that it has come to.</returns>
    /// <exception cref="UnknownServerException">There is no server of that id.</exception>
    /// <exception cref="InvalidOperationException">The server has no tokens that could be forgotten; or the manager is a daemon's.</exception>
    public async Task<ServerStatus> LogoutAsync(string id, CancellationToken cancellationToken = default)
    {
        var server = Find(id).Server;
        try
        {
            await Embedding.Host.Logins.LogoutAsync(server.Config, cancellationToken).ConfigureAwait(false);
        }
        catch (VariableException unresolved)
        {
            throw new InvalidOperationException($"The definition of server '{id}' cannot be resolved, so which tokens are its own is not known: {unresolved.Message}", unresolved);
        }

        return await StopServerAsync(id, cancellationToken).ConfigureAwait(false);
    }
}
