using Steward.Configuration;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>Remembers the eras of servers from one run of the program to the next. Good for one definition of a server; calls are cheap.</summary>
internal interface IEraArchive
{
    ProtocolEra? Find(ServerConfig definition);

    void Keep(ServerConfig definition, ProtocolEra era);

    void Forget(ServerConfig definition);
}
