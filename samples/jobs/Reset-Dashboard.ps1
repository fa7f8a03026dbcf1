<#
.SYNOPSIS
Empties a page and builds it anew: a heading, and a line for each text that is piped.
#>
param(
    [Parameter(Mandatory)] [string] $PageId,
    [Parameter(Mandatory)] [string] $Heading,
    [Parameter(ValueFromPipeline)] [string] $Line
)

begin {
    $ErrorActionPreference = 'Stop'
    Invoke-NotionRequest "blocks/$PageId/children" -All |
        Invoke-NotionRequest -Method DELETE -ThrottleLimit 3 | Out-Null
    $text = { param($Words) @{ rich_text = @(@{ text = @{ content = $Words } }) } }
    $blocks = [Collections.Generic.List[object]]::new()
    $blocks.Add(@{ type = 'heading_1'; heading_1 = & $text $Heading })
}
process { $blocks.Add(@{ type = 'bulleted_list_item'; bulleted_list_item = & $text $Line }) }
end { $null = Invoke-NotionRequest "blocks/$PageId/children" -Method PATCH -Body @{ children = $blocks } }
