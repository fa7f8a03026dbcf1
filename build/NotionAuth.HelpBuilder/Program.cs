using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml;
using NotionAuth.HelpBuilder;

// Makes the file that Get-Help reads of the pages in docs. Arguments: the folder of the pages, and the file to write.
// It fails where a cmdlet or a parameter has no text, or a page says something else of it than the cmdlet does.
if (args.Length != 2)
{
    Console.Error.WriteLine("Usage: NotionAuth.HelpBuilder <folder of the pages> <file to write>");
    return 2;
}

try
{
    IReadOnlyList<Page> pages = Page.ReadAll(args[0]);
    IReadOnlyList<Cmdlet> cmdlets = Cmdlet.ReadAll(typeof(NotionAuth.Commands.ConnectNotionWorkspaceCommand).Assembly);
    List<string> faults = Faults.Of(pages, cmdlets).ToList();
    foreach (string fault in faults) Console.Error.WriteLine(fault);
    if (faults.Count > 0) return 1;

    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[1]))!);
    using var writer = XmlWriter.Create(
        args[1], new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false) });
    Maml.Of(pages.Select(p => (p, cmdlets.First(c => c.Name == p.Title)))).Save(writer);
    return 0;
}
catch (InvalidDataException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
