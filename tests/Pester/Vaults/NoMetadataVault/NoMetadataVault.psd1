@{
    ModuleVersion     = '1.0.0'
    GUID              = '6d1f3c0a-2f4e-4a53-9d0e-0c8a7f1b5e92'
    Author            = 'The NotionAuth contributors'
    Description       =
        'For the tests: a SecretManagement vault that keeps no metadata, and fails where a test wants it to.'
    PowerShellVersion = '5.1'
    NestedModules     = @('NoMetadataVault.Extension/NoMetadataVault.Extension.psd1')
    RequiredModules   = @('Microsoft.PowerShell.SecretManagement')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    PrivateData       = @{ PSData = @{ Tags = @('SecretManagement') } }
}
