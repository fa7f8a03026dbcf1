@{
    RootModule        = 'NoMetadataVault.Extension.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = 'a2a6c1de-54f7-4e0c-8f35-3b9a6e7f4c11'
    Author            = 'The NotionAuth contributors'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-Secret', 'Get-SecretInfo', 'Set-Secret', 'Remove-Secret', 'Test-SecretVault')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
