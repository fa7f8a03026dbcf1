using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NetArchTest.Rules;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.House;

/// <summary>
/// The rooms of docs/architecture.md use each other in one direction. It is read from the assemblies: what each type of
/// a room uses, code included.
/// </summary>
public sealed class ArrowTests
{
    // A room uses those further on. Rooms of one floor don't use each other.
    private static readonly string[][] Core =
    [
        ["NotionAuth.Core.Diagnostics"],
        ["NotionAuth.Core.Connections"], ["NotionAuth.Core.SignIn"], ["NotionAuth.Core.OAuth"],
        ["NotionAuth.Core.Rows"],
        ["NotionAuth.Core.Api"],
        ["NotionAuth.Core.Http"],
        ["NotionAuth.Core.Common"],
    ];

    private static readonly string[][] Module =
        [["NotionAuth.Commands"], ["NotionAuth.Vault", "NotionAuth.Host", "NotionAuth.Conversion"], [
            "NotionAuth.Pipeline"]];

    [Fact]
    public void Rooms_of_Core_use_each_other_in_one_direction() => Assert.Empty(Arrows("NotionAuth.Core", Core));

    [Fact]
    public void Rooms_of_the_module_use_each_other_in_one_direction() => Assert.Empty(Arrows("NotionAuth", Module));

    [Fact]
    public void An_arrow_that_runs_back_up_is_found_with_its_names()
    {
        string[] found = [.. Arrows("NotionAuth.Core", [.. Core.Reverse()])];
        Assert.Contains("NotionAuth.Core.Api.NotionClient uses NotionAuth.Core.Http", found);
    }

    [Fact]
    public void Every_type_stands_in_a_room()
    {
        foreach ((string assembly, string[][] rooms) in new[] { ("NotionAuth.Core", Core), ("NotionAuth", Module) })
        {
            PredicateList outside = TypesOf(assembly).That().ResideInNamespace("NotionAuth");
            foreach (string room in rooms.SelectMany(r => r)) outside = outside.And().DoNotResideInNamespace(room);
            Assert.Empty(outside.ShouldNot().ResideInNamespace("NotionAuth").GetResult().FailingTypeNames ?? []);
        }
    }

    private static IEnumerable<string> Arrows(string assembly, string[][] floors)
    {
        for (int floor = 0; floor < floors.Length; floor++)
        {
            foreach (string room in floors[floor])
            {
                foreach (string other in floors.Take(floor + 1).SelectMany(f => f).Where(f => f != room))
                {
                    TestResult result = TypesOf(assembly).That().ResideInNamespace(room).ShouldNot()
                        .HaveDependencyOn(other).GetResult();
                    foreach (string type in result.FailingTypeNames ?? []) yield return $"{type} uses {other}";
                }
            }
        }
    }

    private static Types TypesOf(string assembly)
    {
        // As the build made it: of the module there is no copy beside the tests, which don't know PowerShell.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Types.FromFile(Repository.PathOf("src", assembly, "bin", configuration, "net8.0", $"{assembly}.dll"));
    }
}
