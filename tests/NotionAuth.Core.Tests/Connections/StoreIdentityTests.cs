using System;
using System.Collections;
using System.IO;
using NotionAuth.Core.Connections.Store;
using Xunit;

namespace NotionAuth.Core.Tests.Connections;

public sealed class StoreIdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("notionauth-identity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_same_parameters_are_one_store_however_they_are_ordered_and_written()
    {
        string one = Of(
            "Az.KeyVault",
            new() { ["AZKVaultName"] = "Acme", ["SubscriptionId"] = "s-1", ["Tags"] = new object[] { "a", 1L } });
        string other = Of("az.keyvault", new()
        {
            ["tags"] = new object[] { "a", 1 },
            ["subscriptionid"] = "S-1 ",
            [
            "AzKVaultName"] = "acme"
        });
        Assert.Equal(one, other);
        Assert.NotEqual(
            one, Of("Az.KeyVault",
                new() { ["AZKVaultName"] = "Other", ["SubscriptionId"] = "s-1", ["Tags"] = new object[] { "a", 1 } }));
        Assert.NotEqual(
            one, Of("Other", new()
            {
                ["AZKVaultName"] = "Acme",
                ["SubscriptionId"] = "s-1",
                ["Tags"] = new object[] {
                "a", 1 }
            }));
    }

    [Fact]
    public void Parameters_within_parameters_count()
    {
        string one = Of("M", new() { ["Where"] = new Hashtable { ["a"] = 1, ["b"] = "x" } });
        Assert.Equal(one, Of("M", new() { ["Where"] = new Hashtable { ["b"] = "X", ["a"] = 1L } }));
        Assert.NotEqual(one, Of("M", new() { ["Where"] = new Hashtable { ["a"] = 2, ["b"] = "x" } }));
    }

    [Fact]
    public void A_module_with_one_store_for_a_user_has_one_identity() =>
        Assert.Equal(StoreIdentity.Compute("SecretStore", null), StoreIdentity.Compute("secretstore", null));

    [Fact]
    public void A_file_is_one_store_however_it_is_named()
    {
        string path = Path.Combine(_folder, "vault.kdbx");
        string one = Of("KeePass", new() { ["Path"] = path });
        Assert.Equal(one, Of("KeePass", new() { ["Path"] = path, ["UseMasterPassword"] = true }));
        Assert.Equal(one, Of("KeePass", new() { ["path"] = Path.Combine(_folder, "other", "..", "vault.kdbx") + " " }));
        Assert.Equal(
            Of("KeePass", new() { ["Path"] = _folder }),
            Of("KeePass", new() { ["Path"] = _folder + Path.DirectorySeparatorChar }));
        Assert.NotEqual(one, Of("KeePass", new() { ["Path"] = Path.Combine(_folder, "other.kdbx") }));
    }

    [Fact]
    public void A_path_below_the_home_folder_or_through_a_link_leads_to_the_same_store()
    {
        string home = Environment.GetFolderPath(
            Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        Assert.Equal(
            Of("M", new() { ["Path"] = Path.Combine(home, "vault") }), Of("M", new() { ["Path"] = "~/vault" }));
        if (OperatingSystem.IsWindows()) return;
        string real = Directory.CreateDirectory(Path.Combine(_folder, "real")).FullName, link = Path.Combine(_folder,
            "link");
        Directory.CreateSymbolicLink(link, real);
        Assert.Equal(
            Of("M", new() { ["Path"] = Path.Combine(real, "vault") }), Of("M", new()
            {
                ["Path"] = Path.Combine(link,
                "vault")
            }));
    }

    private static string Of(string module, Hashtable parameters) => StoreIdentity.Compute(module, parameters);
}
