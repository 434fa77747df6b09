using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Superhero.Settings;
using Superhero.Silo.Access;
using Superhero.Silo.Hosting;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Tls;

public sealed class CertificateFilesTests : IDisposable
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Settings_name_all_files_of_a_certificate_or_none()
    {
        foreach (var group in new[] { Cluster(), Page() })
        {
            Read(group);
            Read([]);
            foreach (var left in group)
            {
                Assert.StartsWith($"{left.Name}: '' is not allowed; set it to the PEM file of ", Refused([.. group.Except([left])]), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Invalid_certificate_file_is_refused_with_the_reason()
    {
        using var other = new TestAuthority("other");
        var nonsense = _authority.Write("nonsense", "nonsense");
        var broken = _authority.Write("broken", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        var expired = _authority.Issue("expired", DateTimeOffset.UtcNow.AddHours(-1));
        var early = _authority.Issue("early", DateTimeOffset.UtcNow.AddDays(2.5));
        var server = _authority.Issue("server", usage: ServerUsage);
        var strange = other.Issue("strange");
        foreach (var (prefix, group) in new[] { ("SILO", Cluster()), ("HTTP", Page()) })
        {
            foreach (var variable in group.Select(one => one.Name))
            {
                IsRefused(group, variable, $"{nonsense}.none", "Could not find file");
                IsRefused(group, variable, Path.GetTempPath(), "denied");
                IsRefused(group, variable, nonsense, variable.EndsWith("KEY", StringComparison.Ordinal) ? "The key contents do not contain a PEM" : "it holds none");
                IsRefused(group, variable, broken);
            }

            IsRefused(group, $"{prefix}_TLS_KEY", strange.Key, "does not match");
            IsRefused(With(group, ($"{prefix}_TLS_KEY", expired.Key)), $"{prefix}_TLS_CERT", expired.Certificate, "it is valid from");
            IsRefused(With(group, ($"{prefix}_TLS_KEY", early.Key)), $"{prefix}_TLS_CERT", early.Certificate, "it is valid from");
        }

        IsRefused(With(Cluster(), ("SILO_TLS_KEY", strange.Key)), "SILO_TLS_CERT", strange.Certificate, "the authority does not vouch for it: PartialChain");
        IsRefused(With(Cluster(), ("SILO_TLS_KEY", server.Key)), "SILO_TLS_CERT", server.Certificate, "the authority does not vouch for it: NotValidForUsage");
        Read(With(Page(), ("HTTP_TLS_CERT", server.Certificate), ("HTTP_TLS_KEY", server.Key)));
    }

    [Fact]
    public void Certificate_from_any_authority_of_the_file_is_accepted()
    {
        using var other = new TestAuthority("other");
        Read(_authority.Settings("silo", _authority.Write("both", File.ReadAllText(other.File) + File.ReadAllText(_authority.File))));
        Assert.StartsWith("SILO_TLS_CERT: ", Refused(_authority.Settings("silo", other.File)), StringComparison.Ordinal);
    }

    [Fact]
    public void Renewed_certificate_is_used_and_an_invalid_one_is_not()
    {
        var page = Read(Page()).Options<PageOptions>();
        string Served() => page.Files.ReadOrKeep(NullLogger.Instance).Own.TargetCertificate.Thumbprint;
        var first = Served();
        Assert.Equal(first, Served());
        _authority.Issue("page");
        var second = Served();
        Assert.NotEqual(first, second);
        _authority.Write("page.crt", "half of i");
        Assert.Equal(second, Served());
        _authority.Issue("page");
        Assert.DoesNotContain(Served(), new[] { first, second });
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Silo_does_not_start_with_an_invalid_certificate_file()
    {
        var (exitCode, printed) = await SiloCommand.RunSiloAsync("SILO_TLS_CERT", "none.crt", "HTTP_TLS_KEY", "none.key");
        Assert.Equal(2, exitCode);
        Assert.Matches("^SILO_TLS_CERT: 'none.crt' is not allowed; .*\nHTTP_TLS_CERT: '' is not allowed; .*\n$", printed);
    }

    private (string Name, string Value)[] Cluster() => _authority.Settings("silo");

    private (string Name, string Value)[] Page()
    {
        var (certificate, key) = _authority.Issue("page");
        return [("HTTP_TLS_CERT", certificate), ("HTTP_TLS_KEY", key)];
    }

    private static (string Name, string Value)[] With((string Name, string Value)[] group, params (string Name, string Value)[] changes) =>
        [.. group.Where(one => changes.All(change => change.Name != one.Name)), .. changes];

    private static void IsRefused((string Name, string Value)[] group, string variable, string file, string reason = "")
    {
        var line = Refused(With(group, (variable, file)));
        Assert.StartsWith($"{variable}: '{file}' is not allowed; set it to the PEM file of ", line, StringComparison.Ordinal);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    private static string Refused((string Name, string Value)[] variables) =>
        Assert.ThrowsAny<OptionsValidationException>(() => Read(variables)).Failures.Single();

    private static IServiceProvider Read((string Name, string Value)[] variables) => SiloSettings.All.Read(
        new ConfigurationBuilder().AddInMemoryCollection(variables.ToDictionary(variable => variable.Name, variable => (string?)variable.Value)).Build());
}
