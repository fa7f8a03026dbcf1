namespace NotionAuth.Benchmarks;

/// <summary>Made-up replies for measurements without a server.</summary>
internal static class Samples
{
    private const string Run =
        """{"type":"text","text":{"content":"Agreed with the team. ","link":null},"annotations":{"bold":""" +
        """false,"italic":false,"strikethrough":false,"underline":false,"code":""" +
        """false,"color":"default"},"plain_text":"Agreed with the team. ","href":null}""";

    /// <summary>A page object of about that many bytes, as long as a title needs at least.</summary>
    public static string Page(int bytes)
    {
        string page = Page(Run);
        for (string runs = $"{Run},{Run}"; Page(runs).Length <= bytes; runs += "," + Run) page = Page(runs);
        return page;

        static string Page(string runs) =>
            """{"object":"page","id":"71667cb5-a4aa-4c21-9bfb-33a93bc8bbaf",""" +
            "\"created_time\":\"2026-01-05T09:00:00.000Z\",\"last_edited_time\":\"2026-01-05T09:00:00.000Z\"," +
            "\"cover\":null,\"icon\":null,\"in_trash\":false," +
            "\"properties\":{\"Name\":{\"id\":\"title\",\"type\":\"title\",\"title\":["
            + runs +
                """]},"Points":{"id":"%3B%7Df%7D","type":"number","number":8},"Urgent":""" +
                """{"id":"c%5D%5B%7B","type":"checkbox","checkbox":""" +
                """true}},"url":"https://app.notion.com/p/71667cb5a4aa4c219bfb33a93bc8bbaf","public_url":null}""";
    }
}
